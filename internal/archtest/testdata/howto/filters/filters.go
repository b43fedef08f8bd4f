package filters

type List struct {
	Filter map[string]string `query:"filter" enum:"open,closed"` // ?filter[status]=open&filter[invoice]=closed
}
