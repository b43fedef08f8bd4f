package config

// nearest suggests the known name that is fewest edits away, if one is near at all.
func nearest(name string, known []string) string {
	best, fewest := "", len(name)/3+2
	for _, k := range known {
		if max(len(name)-len(k), len(k)-len(name)) >= fewest {
			continue // as many edits at least, and a very long name is not worth comparing
		}
		if d := distance(name, k); d < fewest {
			best, fewest = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}

// distance is the Levenshtein distance of two names, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
