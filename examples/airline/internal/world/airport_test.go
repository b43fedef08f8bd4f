package world

import (
	"strings"
	"testing"
)

const zurichRow = "ZRH\tLSZH\tZurich Airport\tZurich\tCH\tEU\t47.5\t8.5\t1417\tlarge\tEurope/Zurich\t1\t12139"

func TestARowIsReadColumnByColumn(t *testing.T) {
	t.Parallel()
	a, err := parseAirport(zurichRow, map[string]string{"CH": "Switzerland"})
	if err != nil || a.IATA != "ZRH" || a.CountryName != "Switzerland" || a.ElevationFeet != 1417 || !a.Scheduled {
		t.Errorf("read %+v, %v", a, err)
	}
	unknown, err := parseAirport(strings.ReplaceAll(strings.ReplaceAll(zurichRow, "1417", ""), "12139", ""), nil)
	if err != nil || unknown.ElevationFeet != 0 || unknown.RunwayFeet != 0 {
		t.Errorf("empty columns read as %+v, %v", unknown, err)
	}
}

func TestADamagedRowIsAnError(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"empty":             "",
		"a column missing":  strings.Replace(zurichRow, "\tlarge", "", 1),
		"a column too many": zurichRow + "\t",
		"latitude":          strings.Replace(zurichRow, "47.5", "north", 1),
		"elevation":         strings.Replace(zurichRow, "1417", "14.17", 1),
	} {
		if a, err := parseAirport(line, nil); err == nil {
			t.Errorf("%s: read %+v", name, a)
		}
	}
}

func TestDamagedDataIsAnError(t *testing.T) {
	t.Parallel()
	for name, packed := range map[string]string{
		"empty":     "",
		"not gzip":  zurichRow,
		"truncated": airportsTSV[:len(airportsTSV)/2],
	} {
		if _, err := unpack(packed); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
