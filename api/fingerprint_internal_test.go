package api

import "testing"

func TestOnlyNamesThatHoldAHashAreKeptForLong(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"assets/index-DwQy7Kc1.js": true, "assets/index-BKzzJcDe.css": true, "static/js/main.3f2a9c01.js": true, "main.3f2a9c01.chunk.js": true,
		"main-5NXGVXDE.js": true, "chunk-3f2a9c0144aa.js": true, "_app/immutable/nodes/0.CqpVQ_0A.js": true, "assets/vendor.CqpVQ_0A.js": true, "_astro/hoisted-DCXYZabc.js": true,
		"index.html": false, "app.js": false, "photo-iphone15.jpg": false, "logo-Version2.png": false, "lib-MyButton.js": false,
		"assets/lib-MyButton.js": false, "report-20240101.pdf": false, "jquery-3.7.1.min.js": false, "page.3f2a9c01.html": false,
		"index-component.js": false, "-.js": false, "-": false, "": false, "assets/favicon.ico": false, "decade-facade.js": false,
	} {
		if got := fingerprinted(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
