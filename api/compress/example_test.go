package compress_test

import (
	"bytes"
	"fmt"

	"github.com/vade-go/vade/api/compress"
)

func ExampleAuto() {
	text := bytes.Repeat([]byte("all work and no play "), 500)
	for _, coding := range compress.Auto() { // as api.Configure(svc, api.Compress(compress.Auto()...)) does
		var answer bytes.Buffer
		if err := coding.Encode(&answer, text); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(coding.Name(), answer.Len() < len(text)/50)
	}
	// Output:
	// zstd true
	// br true
	// gzip true
}
