package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// key names a mutant by what it changes, not by its line, so that it stays the
// same when code around it moves.
type key struct {
	file     string // from the root of the repository
	function string
	change   string // such as "< to <="
	original string // source of the expression or statement, on one line; "#2" for the second alike
}

// mutant is a source file with one change.
type mutant struct {
	key
	line       int
	start, end int // bytes of the file that are replaced
	by         string
	// bodyStart and bodyEnd are the bytes of the body of the function with the change,
	// from brace to brace, and results is what it returns; zero outside of functions.
	bodyStart, bodyEnd int
	results            string
}

// inFunction tells changes of what runs from changes of constants and variables.
func (m mutant) inFunction() bool { return m.bodyEnd > 0 }

// maxOriginal keeps keys readable; what is cut off is told apart by its number.
const maxOriginal = 100

var (
	swaps = map[token.Token][]token.Token{
		token.LSS: {token.LEQ}, token.LEQ: {token.LSS}, token.GTR: {token.GEQ}, token.GEQ: {token.GTR},
		token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
		token.LAND: {token.LOR}, token.LOR: {token.LAND},
		token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.MUL},
		token.SHL: {token.SHR}, token.SHR: {token.SHL}, token.AND: {token.OR}, token.OR: {token.AND}, token.XOR: {token.AND},
	}
	assigns = map[token.Token]token.Token{
		token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN, token.MUL_ASSIGN: token.QUO_ASSIGN,
		token.QUO_ASSIGN: token.MUL_ASSIGN, token.OR_ASSIGN: token.AND_ASSIGN, token.AND_ASSIGN: token.OR_ASSIGN,
		token.XOR_ASSIGN: token.AND_ASSIGN, token.SHL_ASSIGN: token.SHR_ASSIGN, token.SHR_ASSIGN: token.SHL_ASSIGN,
	}
	names = map[string]string{"true": "false", "false": "true", "min": "max", "max": "min"}
)

// mutantsOf makes all mutants of a package's files, but for tests and generated
// code, in the order of the source.
func mutantsOf(root, pkg string) ([]mutant, error) {
	paths, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
	if err != nil {
		return nil, err
	}
	sort.Strings(paths)
	var all []mutant
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".pb.go") || strings.HasSuffix(path, ".pb.gw.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return nil, err
		}
		made, err := mutantsOfFile(filepath.ToSlash(name), source)
		if err != nil {
			return nil, err
		}
		all = append(all, made...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s has nothing to change: name a folder of the repository that has Go code", pkg)
	}
	return all, nil
}

func mutantsOfFile(name string, source []byte) ([]mutant, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	c := collector{name: name, source: source, files: files, seen: make(map[key]int)}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			c.function = d.Name.Name
			if d.Recv != nil {
				c.function = strings.Trim(c.text(d.Recv.List[0].Type), "*") + "." + c.function
			}
			if d.Body != nil {
				first := len(c.mutants)
				ast.Inspect(d.Body, c.visit)
				for i := first; i < len(c.mutants); i++ {
					c.mutants[i].bodyStart, c.mutants[i].bodyEnd = c.offset(d.Body.Pos()), c.offset(d.Body.End())
					if d.Type.Results != nil {
						c.mutants[i].results = c.text(d.Type.Results)
					}
				}
			}
		case *ast.GenDecl:
			if d.Tok == token.CONST || d.Tok == token.VAR {
				c.function = d.Tok.String()
				ast.Inspect(d, c.visit)
			}
		}
	}
	return c.mutants, nil
}

// collector gathers the mutants of one file.
type collector struct {
	name     string
	source   []byte
	files    *token.FileSet
	function string
	seen     map[key]int
	mutants  []mutant
}

func (c *collector) offset(p token.Pos) int { return c.files.Position(p).Offset }

func (c *collector) text(n ast.Node) string {
	return string(c.source[c.offset(n.Pos()):c.offset(n.End())])
}

// add notes the mutant of a node in which the bytes from start to end become by.
func (c *collector) add(n ast.Node, change string, start, end token.Pos, by string) {
	original := strings.Join(strings.Fields(c.text(n)), " ")
	if len(original) > maxOriginal {
		original = original[:maxOriginal] + "..."
	}
	k := key{c.name, c.function, change, original}
	c.seen[k]++
	if c.seen[k] > 1 {
		k.original += " #" + strconv.Itoa(c.seen[key{c.name, c.function, change, original}])
	}
	c.mutants = append(c.mutants, mutant{
		key: k, line: c.files.Position(n.Pos()).Line, start: c.offset(start), end: c.offset(end), by: by,
	})
}

// replace is add of a whole node.
func (c *collector) replace(n ast.Node, change, by string) { c.add(n, change, n.Pos(), n.End(), by) }

func (c *collector) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		for _, to := range swaps[n.Op] {
			c.add(n, n.Op.String()+" to "+to.String(), n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), to.String())
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT || n.Op == token.SUB {
			c.replace(n, "without "+n.Op.String(), c.text(n.X))
		}
	case *ast.BasicLit:
		if n.Kind == token.INT {
			c.replace(n, "plus 1", "("+n.Value+"+1)")
			c.replace(n, "minus 1", "("+n.Value+"-1)")
		}
	case *ast.Ident:
		if to, ok := names[n.Name]; ok {
			c.replace(n, n.Name+" to "+to, to)
		}
	case *ast.IfStmt:
		c.condition(n.Cond)
	case *ast.ForStmt:
		if n.Cond != nil {
			c.replace(n.Cond, "loop never runs", "false && ("+c.text(n.Cond)+")")
		}
	case *ast.CaseClause:
		c.clause(n)
	case *ast.ReturnStmt:
		c.results(n)
	case *ast.AssignStmt:
		if to, ok := assigns[n.Tok]; ok {
			c.add(n, n.Tok.String()+" to "+to.String(), n.TokPos, n.TokPos+token.Pos(len(n.Tok.String())), to.String())
		}
		if n.Tok != token.DEFINE {
			c.replace(n, "removed", "")
		}
	case *ast.ExprStmt:
		c.replace(n, "removed", "")
	case *ast.IncDecStmt:
		to := map[token.Token]token.Token{token.INC: token.DEC, token.DEC: token.INC}[n.Tok]
		c.add(n, n.Tok.String()+" to "+to.String(), n.TokPos, n.End(), to.String())
		c.replace(n, "removed", "")
	case *ast.BranchStmt:
		to := map[token.Token]string{token.BREAK: "continue", token.CONTINUE: "break"}[n.Tok]
		if to != "" && n.Label == nil {
			c.replace(n, n.Tok.String()+" to "+to, to)
		}
	}
	return true
}

func (c *collector) condition(n ast.Expr) {
	c.replace(n, "never", "false && ("+c.text(n)+")")
	c.replace(n, "always", "true || ("+c.text(n)+")")
}

// clause switches off each expression of a case of conditions, or takes it out of
// a list of values.
func (c *collector) clause(n *ast.CaseClause) {
	for i, e := range n.List {
		switch e.(type) {
		case *ast.BinaryExpr, *ast.UnaryExpr, *ast.CallExpr, *ast.ParenExpr:
			c.replace(e, "never", "false && ("+c.text(e)+")")
		default:
			if len(n.List) > 1 {
				start, end := e.Pos(), e.End()
				if i+1 < len(n.List) {
					end = n.List[i+1].Pos()
				} else {
					start = n.List[i-1].End()
				}
				c.add(e, "taken out of the case", start, end, "")
			}
		}
	}
}

// results turns an error that is returned into none.
func (c *collector) results(n *ast.ReturnStmt) {
	if len(n.Results) == 0 {
		return
	}
	last := n.Results[len(n.Results)-1]
	switch e := last.(type) {
	case *ast.Ident:
		if e.Name == "err" || strings.HasPrefix(e.Name, "Err") || e.Name == "fail" {
			c.replace(e, "nil error", "nil")
		}
	case *ast.CallExpr:
		f := c.text(e.Fun)
		if f == "fmt.Errorf" || f == "errors.New" || strings.Contains(f, ".Wrap") || strings.HasPrefix(f, "invalid") {
			// What the error names stays used.
			c.replace(e, "nil error", "func() error { _ = "+c.text(e)+"; return nil }()")
		}
	}
}

// apply returns the source with the mutant's change.
func (m mutant) apply(source []byte) []byte {
	return bytes.Join([][]byte{source[:m.start], []byte(m.by), source[m.end:]}, nil)
}

// body returns the function's body, from brace to brace, with the mutant's change.
func (m mutant) body(source []byte) []byte {
	return bytes.Join([][]byte{source[m.bodyStart:m.start], []byte(m.by), source[m.end:m.bodyEnd]}, nil)
}
