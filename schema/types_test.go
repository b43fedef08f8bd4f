package schema_test

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/vade-go/vade/schema"
)

// The types that the judge and the fuzzers try, and documents to start from.

type numbers struct {
	I8  int8    `json:"i8" minimum:"-3"`
	I16 int16   `json:"i16"`
	I32 int32   `json:"i32" multipleOf:"5"`
	I64 int64   `json:"i64"`
	I   int     `json:"i" exclusiveMinimum:"0" exclusiveMaximum:"10"`
	U8  uint8   `json:"u8"`
	U16 uint16  `json:"u16" maximum:"1000"`
	U32 uint32  `json:"u32" enum:"1,2,3"`
	U64 uint64  `json:"u64" multipleOf:"2"`
	F32 float32 `json:"f32" maximum:"0.1"`
	F64 float64 `json:"f64" minimum:"-1.5" multipleOf:"0.01"`
	E   float64 `json:"e" enum:"0.5,1,2e3"`
}

type texts struct {
	Name   string   `json:"name" minLength:"2" maxLength:"4"`
	Code   string   `json:"code" pattern:"^[A-Z]{3}-[0-9]{1,4}$"`
	Free   string   `json:"free" pattern:"a.c|é+"`
	Kind   string   `json:"kind" enum:"one,two,"`
	ID     string   `json:"id" format:"uuid"`
	Day    string   `json:"day" format:"date"`
	Addr   string   `json:"addr" format:"ipv6"`
	Period string   `json:"period" format:"duration"`
	Tags   []string `json:"tags" pattern:"^[a-z]+$" minItems:"1" maxItems:"3" uniqueItems:"true" default:"a,b"`
	Ok     bool     `json:"ok" default:"true"`
}

type moments struct {
	At    time.Time      `json:"at"`
	For   time.Duration  `json:"for"`
	Until *time.Time     `json:"until"`
	Data  []byte         `json:"data" maxLength:"8"`
	Key   [4]byte        `json:"key"`
	Any   any            `json:"any"`
	Raw   jsontext.Value `json:"raw"`
}

type patch struct {
	Note  schema.Opt[string]            `json:"note,omitzero" maxLength:"3"`
	Limit schema.Null[int]              `json:"limit,omitzero" minimum:"1" enum:"1,2,3"`
	Item  schema.Null[lineItem]         `json:"item,omitzero"`
	Items schema.Opt[[]lineItem]        `json:"items,omitzero" maxItems:"2"`
	Deep  schema.Opt[schema.Null[bool]] `json:"deep,omitzero"`
	Ptr   *string                       `json:"ptr" enum:"x,y"`
	Page  int                           `json:"page" default:"1" minimum:"1"`
}

type tree struct {
	Name     string          `json:"name"`
	Children []tree          `json:"children" maxItems:"3"`
	Left     *tree           `json:"left"`
	ByName   map[string]tree `json:"by_name"`
}

type base struct {
	ID string `json:"id" minLength:"1"`
}

type page[T any] struct {
	base
	Items  []T            `json:"items"`
	Counts map[string]int `json:"counts" minimum:"0" minProperties:"1" maxProperties:"2"`
	Grid   [][]int        `json:"grid" maximum:"9" maxItems:"2"`
	Pair   [2]string      `json:"pair" minLength:"1"`
	Nested struct {
		A int `json:"a/b"`
	} `json:"nes~ted"`
	Server string `json:"server" readOnly:"true"`
}

func orderSeeds() []string {
	return []string{orderBody, `{"customer_id":"x","currency":"eur","items":[],"note":1,"more":2}`}
}

func numberSeeds() []string {
	return []string{
		`{"i8":-3,"i16":32767,"i32":-15,"i64":9223372036854775807,"i":9,"u8":255,"u16":1000,"u32":3,"u64":18446744073709551614,"f32":0.1,"f64":19.99,"e":2000}`,
		`{"i8":1.0,"i16":1e2,"i32":0.5e1,"i64":-9223372036854775808,"i":1,"u8":-0,"u16":0,"u32":1,"u64":0,"f32":-1e3,"f64":-1.5,"e":0.5}`,
		`{"i8":128,"i16":-32769,"i32":7,"i64":9223372036854775808,"i":10,"u8":-1,"u16":1001,"u32":4,"u64":18446744073709551616,"f32":0.11,"f64":0.001,"e":3}`,
		`{"i8":1.5,"i16":"1","i32":null,"i64":1e19,"i":0,"u8":256,"u16":65536,"u32":4294967296,"u64":1,"f32":4e38,"f64":-1.51,"e":1}`,
	}
}

func textSeeds() []string {
	return []string{
		`{"name":"äöü","code":"ABC-12","free":"xabcx","kind":"","id":"0198C5E2-7b5c-7d3e-9a51-3f2b7c1d4e5f","day":"2024-02-29","addr":"::1","period":"P1DT2H","tags":["a","b"],"ok":true}`,
		`{"name":"\ud83d\ude00a","code":"AB","free":"éé","kind":"one","id":"0198c5e2","day":"2023-02-29","addr":"1.2.3.4","period":"PT","tags":["a","a"],"ok":1}`,
		`{"name":"a","code":"ABC-12\n","free":"","kind":"x","id":"","day":"2024-1-1","addr":"fe80::1%eth0","period":"1m","tags":["A","b","c","d"]}`,
	}
}

func momentSeeds() []string {
	return []string{
		`{"at":"2024-02-29T12:00:00.5+01:00","for":"-1h2.5s","until":null,"data":"aGk=","key":"AQIDBA==","any":{"a":[1,null]},"raw":[1.50]}`,
		`{"at":"2024-02-29 12:00","for":"90","until":"x","data":"a","key":"AQID","any":null,"raw":null}`,
		`{"at":"2024-01-01T00:00:00Z","for":"0","until":"2024-01-01T00:00:00Z","data":"aGkhIQ==aGk=","key":"","any":1,"raw":""}`,
		`{"at":"0000-01-01T00:00:00+00:00","for":"1h10s","until":null,"data":"","key":"00000000","any":{"0":[]},"raw":[0]}`, // six bytes, where four are wanted
	}
}

func patchSeeds() []string {
	return []string{
		`{"ptr":null}`, `{}`,
		`{"note":"abc","limit":null,"item":null,"items":[],"deep":null,"ptr":"x","page":3}`,
		`{"note":null,"limit":4,"item":{"sku":"ABC-1234","qty":1,"price_cents":0},"items":null,"deep":true,"ptr":"z","page":0}`,
	}
}

func treeSeeds() []string {
	return []string{
		`{"name":"a","children":[{"name":"b","children":[],"left":null,"by_name":{}}],"left":{"name":"c","children":[],"left":null,"by_name":{}},"by_name":{"x":{"name":1}}}`,
		`{"name":"a","children":[1,2,3,4],"left":[],"by_name":[]}`,
	}
}

func pageSeeds() []string {
	return []string{
		`{"id":"1","items":[{"sku":"ABC-1234","qty":1,"price_cents":0}],"counts":{"a":0},"grid":[[1],[9]],"pair":["a","b"],"nes~ted":{"a/b":1}}`,
		`{"id":"","items":null,"counts":{},"grid":[[10],[],[]],"pair":["a"],"nes~ted":{"a":1},"server":"x"}`,
		`{"counts":{"a":-1,"b":0,"c":"x"},"pair":["","b","c"]}`,
	}
}
