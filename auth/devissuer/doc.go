// Package devissuer signs access tokens for development, so that a laptop needs no identity provider.
//
// # Usage
//
// The key lives in a folder. Whoever opens the folder can sign; whoever reads the JWK set beside the key can verify:
//
//	issuer, err := devissuer.Open(filepath.Join(dataDir, "auth"))
//	token, err := issuer.Token(devissuer.Claims{Subject: "alice", Audience: []string{"airline"}})
//	keys := auth.FileKeys(issuer.JWKSPath())
//
// The package login beside it lets people get a token at a browser.
//
// # Guarantees
//
// The signature is ES256: its keys are made in microseconds, where an RSA key can take a second, and every gateway
// understands it. Processes that open one folder at the same moment end up with the same key. The key survives
// restarts, and so do the tokens. The folder must be on a file system with hard links.
//
// # Never in production
//
// Anybody who can read the folder can be anybody. A program must not open a development issuer, nor trust [URL], when it
// runs in production: that decision is the program's, and this package can't take it.
package devissuer
