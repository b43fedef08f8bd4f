package devissuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	_ "crypto/sha256" // for crypto.SHA256
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
)

const (
	keyFile  = "issuer-key.json" // the private key, a JWK
	jwksFile = "jwks.json"       // the public key, a JWK set
)

// Open returns the issuer whose key is kept in dir, which is made, with the key, when it isn't there.
//
// Any number of processes may open one folder at the same moment: one key wins and all of them use it. The private key is
// readable by its owner only. A file that can't be read or isn't a key is an error that names it.
func Open(dir string) (*Issuer, error) {
	issuer, err := open(dir)
	if err != nil {
		return nil, fmt.Errorf("devissuer: %w", err)
	}
	return issuer, nil
}

func open(dir string) (*Issuer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, keyFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = create(path)
	}
	if err != nil {
		return nil, err
	}
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(data); err != nil || key.IsPublic() || !key.Valid() {
		return nil, fmt.Errorf("%s holds no private key; remove it and a new one is made", path)
	}
	return newIssuer(dir, key)
}

func newIssuer(dir string, key jose.JSONWebKey) (*Issuer, error) {
	options := (&jose.SignerOptions{}).WithType("at+jwt")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, keyFile), err)
	}
	jwks, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}})
	if err != nil {
		return nil, err
	}
	issuer := &Issuer{signer: signer, jwks: jwks, jwksPath: filepath.Join(dir, jwksFile)}
	if old, err := os.ReadFile(issuer.jwksPath); err == nil && string(old) == string(jwks) {
		return issuer, nil
	}
	return issuer, publish(issuer.jwksPath, jwks, 0o644, os.Rename)
}

// create makes a key and returns what the file holds afterwards: this key, or that of a process that was faster.
func create(path string) ([]byte, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.ES256), Use: "sig"}
	if key.KeyID, err = thumbprint(key); err != nil {
		return nil, err
	}
	data, err := key.MarshalJSON()
	if err != nil {
		return nil, err
	}
	// A hard link to a complete file appears at once and never replaces another: exactly one process succeeds.
	if err := publish(path, data, 0o600, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}

// publish writes data to a file beside path and lets place give it its name, so that nobody ever reads half a file.
func publish(path string, data []byte, mode fs.FileMode, place func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return place(f.Name(), path)
}

// thumbprint identifies a key by its content (RFC 7638).
func thumbprint(key jose.JSONWebKey) (string, error) {
	public := key.Public()
	sum, err := public.Thumbprint(crypto.SHA256)
	return base64.RawURLEncoding.EncodeToString(sum), err
}
