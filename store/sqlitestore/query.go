package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/vade-go/vade/store/driver"
)

const getSQL = `SELECT version, data FROM documents WHERE collection = ? AND partition = ? AND id = ?`

// get reads one document.
func get(ctx context.Context, stmt *sql.Stmt, key driver.Key) (driver.Document, error) {
	doc := driver.Document{Key: key}
	err := stmt.QueryRowContext(ctx, key.Collection, key.Partition, key.ID).Scan((*int64)(&doc.Version), &doc.Data)
	if errors.Is(err, sql.ErrNoRows) {
		err = driver.ErrNotFound
	}
	return doc, err
}

// list reads what listSQL asked for.
func list(ctx context.Context, stmt *sql.Stmt, q driver.Query, args []any) (docs []driver.Document, err error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		doc := driver.Document{Key: driver.Key{Collection: q.Collection}}
		if err := rows.Scan(&doc.Key.Partition, &doc.Key.ID, (*int64)(&doc.Version), &doc.Data, &doc.Indexed); err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, rows.Err()
}

// listSQL returns the statement for q and its arguments. Every statement walks one b-tree from its first row to its last
// and sorts nothing: what is compared and ordered by are the leading columns of a key.
func listSQL(q driver.Query) (string, []any) {
	b := builder{sign: " > ", direction: ""}
	if q.Descending {
		b.sign, b.direction = " < ", " DESC"
	}
	table, bounded := "d.", "d.id"
	if q.Index == "" {
		b.add("SELECT d.partition, d.id, d.version, d.data, '' FROM documents d WHERE d.collection = ?", q.Collection)
	} else {
		table, bounded = "e.", "e.value"
		b.add("SELECT d.partition, d.id, d.version, d.data, e.value FROM entries e"+
			" CROSS JOIN documents d"+ // which fixes the order of the loops: entries first
			" ON d.collection = e.collection AND d.partition = e.partition AND d.id = e.id"+
			" WHERE e.collection = ? AND e.name = ?", q.Collection, q.Index)
	}
	var after driver.Position
	if q.After != nil {
		after = *q.After
	}
	if q.Index != "" && q.Equal == "" {
		b.orderBy(bounded, after.Indexed)
	}
	if q.AllPartitions {
		b.orderBy(table+"partition", after.Partition)
	} else {
		b.add(" AND "+table+"partition = ?", q.Partition)
	}
	b.orderBy(table+"id", after.ID)
	b.bounds(q, bounded)
	b.add(" ORDER BY " + strings.Join(b.columns, b.direction+", ") + b.direction)
	b.add(" LIMIT ?", q.Limit)
	return b.text.String(), b.args
}

// builder assembles a statement.
type builder struct {
	text            strings.Builder
	args            []any
	columns         []string // of the order
	place           []string // a value for each column: where to go on
	sign, direction string
}

func (b *builder) add(text string, args ...any) {
	b.text.WriteString(text)
	b.args = append(b.args, args...)
}

func (b *builder) orderBy(column, place string) {
	b.columns, b.place = append(b.columns, column), append(b.place, place)
}

// bounds writes the conditions on the bounded column and on the position. SQLite uses one lower and one upper bound of a
// key, so that of two that say the same only the stricter is written: else each page would begin at the first one's start.
func (b *builder) bounds(q driver.Query, bounded string) {
	from, to := max(q.From, q.Prefix), lower(q.To, successor(q.Prefix))
	behind := q.After != nil
	if behind && b.columns[0] == bounded {
		switch place := b.place[0]; {
		case !q.Descending && place >= from:
			from = ""
		case q.Descending && (to == "" || place < to):
			to = ""
		default:
			behind = false // the position lies before the range
		}
	}
	if q.Equal != "" {
		b.add(" AND "+bounded+" = ?", q.Equal)
	}
	if from != "" {
		b.add(" AND "+bounded+" >= ?", from)
	}
	if to != "" {
		b.add(" AND "+bounded+" < ?", to)
	}
	if behind {
		marks := strings.Repeat(", ?", len(b.place))[2:]
		b.add(" AND (" + strings.Join(b.columns, ", ") + ")" + b.sign + "(" + marks + ")")
		for _, value := range b.place {
			b.args = append(b.args, value)
		}
	}
}

// lower returns the smaller of two upper bounds, of which an empty one bounds nothing.
func lower(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return min(a, b)
}

// successor returns the first text behind all that begin with prefix; empty when there is none.
func successor(prefix string) string {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			return prefix[:i] + string([]byte{prefix[i] + 1})
		}
	}
	return ""
}
