package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// preparer is a *sql.DB or a *sql.Conn.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// statements keeps prepared statements by their text. Lists have some forty shapes, so it stays small.
type statements struct {
	mu     sync.Mutex
	byText map[string]*sql.Stmt
}

// get prepares text at the first call. The statement lives until close. Nobody waits for another's call.
func (s *statements) get(ctx context.Context, p preparer, text string) (*sql.Stmt, error) {
	s.mu.Lock()
	stmt, ok := s.byText[text]
	s.mu.Unlock()
	if ok {
		return stmt, nil
	}
	stmt, err := p.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if faster, ok := s.byText[text]; ok {
		return faster, stmt.Close()
	}
	if s.byText == nil {
		s.byText = make(map[string]*sql.Stmt)
	}
	s.byText[text] = stmt
	return stmt, nil
}

// close gives the statements back.
func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, stmt := range s.byText {
		errs = append(errs, stmt.Close())
	}
	s.byText = nil
	return errors.Join(errs...)
}
