// Package archtest holds the house to its plan. It has tests only:
//
//   - which floor each package stands on and what it may import, as data in floors_test.go;
//   - how heavy the example programs may be, and how long they may take to be ready, in weight_test.go;
//   - that every program shown in the documentation compiles, in docs_test.go, and so does what the pages show in parts, in
//     snippets_test.go: a new snippet goes into a file of testdata/howto as well.
//
// When one of them fails, the code is wrong. A rule that has become wrong itself is changed in a commit of its own.
package archtest
