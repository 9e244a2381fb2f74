package sign_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/c2pa/sign"
	"github.com/stemma-chain/stemma/testutil/data"
)

// verdict is a line of testutil/c2pa/check.js.
type verdict struct {
	File        string     `json:"file"`
	Error       string     `json:"error"`
	State       string     `json:"state"`
	Manifests   []string   `json:"manifests"`
	Success     []string   `json:"success"`
	Failure     []string   `json:"failure"`
	Ingredients [][]string `json:"ingredients"`
}

// files are what the makers' library is asked about.
type files struct {
	t       *testing.T
	modules string
	dir     string
	anchors string
}

func newFiles(t *testing.T, anchors []byte) files {
	modules := os.Getenv("C2PA_NODE")
	if modules == "" {
		t.Skip("set C2PA_NODE to a folder with check.js and its modules, or run testutil/c2pa/run.sh")
	}
	dir := t.TempDir()
	f := files{t: t, modules: modules, dir: dir, anchors: filepath.Join(dir, "root.pem")}
	require.NoError(t, os.WriteFile(f.anchors, anchors, 0o600))
	return f
}

func (f files) write(name string, content []byte) {
	require.NoError(f.t, os.WriteFile(filepath.Join(f.dir, name), content, 0o600))
}

// ask returns what it says of files, by their names.
func (f files) ask(anchors string, names ...string) map[string]verdict {
	all := map[string]verdict{}
	for batch := range slices.Chunk(names, 500) {
		args := []string{"check.js"}
		for _, name := range batch {
			args = append(args, filepath.Join(f.dir, name))
		}
		command := exec.Command("node", args...)
		command.Dir = f.modules
		command.Env = append(os.Environ(), "C2PA_ANCHORS="+anchors)
		command.Stderr = os.Stderr
		out, err := command.Output()
		require.NoError(f.t, err)
		lines := bufio.NewScanner(bytes.NewReader(out))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var one verdict
			require.NoError(f.t, json.Unmarshal(lines.Bytes(), &one))
			all[one.File] = one
		}
	}
	require.Len(f.t, all, len(names))
	return all
}

func TestTheMakersLibraryTrustsWhatIsSigned(t *testing.T) {
	a := newAuthority(t)
	f := newFiles(t, a.pem())
	var names []string
	for name, key := range keys(t) {
		s := a.signer(t, key)
		for ending, content := range map[string][]byte{".jpg": aJPEG(t), ".png": aPNG(t)} {
			whole, _ := embed(t, content, full(), s)
			f.write(name+ending, whole)
			w, err := sign.Sidecar(open(t, content, "x"+ending), full(), s)
			require.NoError(t, err)
			f.write(name+"-beside"+ending, content)
			f.write(name+"-beside"+ending+".c2pa", w.Store)
			names = append(names, name+ending, name+"-beside"+ending)
		}
	}
	trusted, valid := f.ask(f.anchors, names...), f.ask("", names...)
	for _, name := range names {
		require.Equal(t, "Trusted", trusted[name].State, "%+v", trusted[name])
		require.Empty(t, trusted[name].Failure)
		require.Equal(t, "Valid", valid[name].State, "%+v", valid[name])
		require.Equal(t, []string{"signingCredential.untrusted"}, valid[name].Failure)
	}
}

// Public files as parents: what is wrong with them is said, and what is signed is valid all the same.
func TestTheMakersLibraryTakesIngredients(t *testing.T) {
	a := newAuthority(t)
	f := newFiles(t, a.pem())
	s := a.signer(t, keys(t)["ES256"])
	var known map[string]any
	require.NoError(t, json.Unmarshal(data.Read(t, "c2pa/lineage.json"), &known))
	folder := os.Getenv("C2PA_FILES")
	var names []string
	add := func(name string, content []byte) {
		file := open(t, content, name)
		in := sign.Input{
			Title: name, Generator: sign.Generator{Name: "stemmad"}, Actions: []sign.Action{{Action: "c2pa.edited"}},
		}
		_, err := file.Store()
		if err != nil {
			in.Actions = []sign.Action{{Action: "c2pa.created", SourceType: "digitalCapture"}, {Action: "c2pa.placed", Ingredients: []int{0}}}
			in.Ingredients = []sign.Ingredient{{Title: "a component", Format: "image/png", Relationship: sign.ComponentOf}}
		}
		var out bytes.Buffer
		w, err := sign.Embed(&out, file, in, s)
		if err != nil {
			t.Logf("%s: %s", name, err)
			return
		}
		f.write(name, out.Bytes())
		names = append(names, name)
		// Signed once more, with the first as an ingredient in another place too.
		again := sign.Input{Generator: sign.Generator{Name: "stemmad"}, Actions: []sign.Action{{Action: "c2pa.placed", Ingredients: []int{0}}}}
		component, err := sign.FromFile(open(t, out.Bytes(), name), "the same", sign.ComponentOf)
		require.NoError(t, err)
		require.Equal(t, w.Store, component.Store)
		again.Ingredients = []sign.Ingredient{component}
		var second bytes.Buffer
		_, err = sign.Embed(&second, open(t, out.Bytes(), name), again, s)
		require.NoError(t, err)
		f.write("again-"+name, second.Bytes())
		names = append(names, "again-"+name)
	}
	for name := range known {
		add(name, data.Read(t, "c2pa/"+name))
	}
	if folder != "" {
		more, err := filepath.Glob(filepath.Join(folder, "*.jp*g"))
		require.NoError(t, err)
		for _, path := range more {
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			if known[filepath.Base(path)] == nil {
				add(filepath.Base(path), content)
			}
		}
	}
	for name, said := range f.ask(f.anchors, names...) {
		missing := slices.Contains(said.Failure, "ingredient.manifest.missing") && strings.Contains(name, "E-clm")
		if missing || said.Error == "unknown algorithm" || said.Error == "prerelease content detected" {
			continue // an ingredient that has lost its own, or that the makers' library gives up on: whoever signs it again
		}
		require.Contains(t, []string{"Trusted", "Valid"}, said.State, "%s: %+v", name, said)
		// Identity assertions are not checked here, so what is wrong with a parent's is not recorded.
		require.Subset(t, []string{"cawg.x509.credential.untrusted"}, said.Failure, name)
		for _, one := range said.Ingredients {
			require.Subset(t, []string{"signingCredential.untrusted"}, one, "%s: %+v", name, said)
		}
	}
}

// A change of any byte is seen, by the makers' library or, in a container's own bytes that it does not read, by ours.
func TestTheMakersLibrarySeesEachChange(t *testing.T) {
	a := newAuthority(t)
	f := newFiles(t, a.pem())
	s := a.signer(t, keys(t)["ES256"])
	jpg, _ := embed(t, aJPEG(t), full(), s)
	png, _ := embed(t, aPNG(t), full(), s)
	content := aPNG(t)
	beside, err := sign.Sidecar(open(t, content, "x.png"), full(), s)
	require.NoError(t, err)
	step := 23
	if os.Getenv("C2PA_ALL") != "" {
		step = 1
	}
	var names []string
	ours := map[string]c2pa.State{}
	flip := func(kind, ending string, whole []byte, offset int) {
		for i := offset; i < len(whole); i += step {
			changed := bytes.Clone(whole)
			changed[i] ^= 1 << (i % 8)
			name := fmt.Sprintf("%s-%d%s", kind, i, ending)
			names = append(names, name)
			switch kind {
			case "sidecar":
				f.write(name, content)
				f.write(name+".c2pa", changed)
				ours[name] = check(t, open(t, content, name), changed)
			case "asset":
				f.write(name, changed)
				f.write(name+".c2pa", beside.Store)
				ours[name] = check(t, open(t, changed, name), beside.Store)
			default:
				f.write(name, changed)
				ours[name] = check(t, open(t, changed, name), nil)
			}
		}
	}
	flip("embedded", ".jpg", jpg, 0)
	flip("embedded", ".png", png, 5)
	flip("sidecar", ".png", beside.Store, 2)
	flip("asset", ".png", content, 3)
	var theirs, passed []string
	for name, said := range f.ask(f.anchors, names...) {
		if said.State != "Valid" && said.State != "Trusted" {
			continue
		}
		theirs = append(theirs, name)
		if !slices.Contains([]c2pa.State{c2pa.Invalid, "None", "Unreadable"}, ours[name]) {
			passed = append(passed, name)
		}
	}
	slices.Sort(theirs)
	slices.Sort(passed)
	// Which number a JPEG's only JUMBF box has is nobody's to say.
	require.Subset(t, []string{"embedded-8.jpg", "embedded-9.jpg"}, passed)
	t.Logf("%d changes; the makers' library lets pass %d: %s", len(names), len(theirs), strings.Join(theirs, " "))
}

func check(t *testing.T, f *asset.File, store []byte) c2pa.State {
	var file c2pa.File = f
	if store == nil {
		var err error
		if store, err = f.Store(); err != nil {
			return "None"
		}
	}
	r, err := c2pa.Check(store, file, c2pa.Options{})
	if err != nil {
		return "Unreadable"
	}
	return r.State
}
