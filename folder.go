package vade

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vade-go/vade/operation"
)

// LocalFolder is a folder of a service on the machine that it runs on.
type LocalFolder struct{ name, path string }

// Folder declares a folder of the service for files that belong to this machine, such as an outgoing tray. It is made when
// the service is opened, inside the program's data folder. What every replica must see belongs into a store instead.
func Folder(s *Service, name string) *LocalFolder {
	return s.Declare(folderKey{name}, func() operation.Part { return &LocalFolder{name: name} }).(*LocalFolder)
}

type folderKey struct{ name string }

// Path returns the folder's path. It is empty before the service is opened.
func (f *LocalFolder) Path() string { return f.path }

// Describe checks the name.
func (f *LocalFolder) Describe(*operation.Description) error {
	if !namePattern.MatchString(f.name) {
		return fmt.Errorf("vade: folder %q: %w", f.name, errName)
	}
	return nil
}

// Open makes the folder.
func (f *LocalFolder) Open(_ context.Context, env *operation.Env) error {
	f.path = filepath.Join(env.DataDir, env.Service, f.name)
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return fmt.Errorf("vade: folder %s: %w", f.name, err)
	}
	return nil
}
