package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"image"
	"image/color"
	"image/png"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/testutil/data"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// drawn writes a picture that no other number looks like.
func drawn(t *testing.T, path string, n int) {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 96, 64))
	for i := range 96 * 64 {
		x, y := i%96/8, i/96/8
		m.Set(i%96, i/96, color.RGBA{uint8(x * x * 37 * n), uint8(y * 91 * n), uint8(x * y * 53), 255})
	}
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
}

// signerFiles writes key.pem and chain.pem of somebody whom root.pem vouches for.
func signerFiles(t *testing.T) {
	t.Helper()
	write := func(name, kind string, raw ...[]byte) {
		var all []byte
		for _, r := range raw {
			all = append(all, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: r})...)
		}
		require.NoError(t, os.WriteFile(name, all, 0o600))
	}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Root", Organization: []string{"Example"}}, IsCA: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(9, 0, 0), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte{1},
	}
	rootRaw, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	require.NoError(t, err)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Ann Example", Organization: []string{"Example"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}, AuthorityKeyId: []byte{1},
	}
	raw, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), rootKey)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	write("root.pem", "CERTIFICATE", rootRaw)
	write("chain.pem", "CERTIFICATE", raw, rootRaw)
	write("key.pem", "PRIVATE KEY", private)
}

// TestWhatCredentialsSayIsShort groups uses of which the same is said, and codes of one reason.
func TestWhatCredentialsSayIsShort(t *testing.T) {
	require.Equal(t, []string{"not allowed: a, c", `under a condition ("ask"): b`, "whatever: d"}, miningOf(c2pa.Manifest{Mining: []c2pa.Mining{
		{Name: "a", Use: "notAllowed"}, {Name: "b", Use: "constrained", Constraint: "ask"}, {Name: "c", Use: "notAllowed"}, {Name: "d", Use: "whatever"},
	}}))
	require.Empty(t, miningOf(c2pa.Manifest{}))
	old := c2pa.Status{Kind: c2pa.Failure, Code: c2pa.CredentialExpired, Reason: "too old"}
	outside, unknown, elsewhere := old, old, old
	outside.Code, unknown.Code, elsewhere.Manifest = c2pa.SignatureOutsideValidity, c2pa.CredentialUntrusted, "urn:x"
	require.Equal(t, []string{
		"too old (" + string(c2pa.CredentialExpired) + ", " + string(c2pa.SignatureOutsideValidity) + ")",
		"too old, in manifest urn:x (" + string(c2pa.CredentialExpired) + ")",
	}, wrongWith(c2pa.Report{Statuses: []c2pa.Status{old, outside, unknown, elsewhere}}))
}

// TestJourneyOfContentCredentials registers a picture, signs what the chain says of it, and finds it by copies with and without
// credentials.
func TestJourneyOfContentCredentials(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	signerFiles(t)
	drawn(t, "photo.png", 1)
	drawn(t, "remix.png", 2)
	_, _, code := command("c2pa", "show", "photo.png")
	require.Equal(t, exitNotFound, code)
	l.do("register", "photo.png", "--from", "alice", "--source-type", "digitalCapture", "-y")
	photo := l.json("works.0.work", "register", "photo.png", "--from", "alice", "-y").(string)
	require.Contains(t, l.do("show", photo), "ISCC:K")
	l.do("offer", "photo.png", "ai-training-paid", "--price", "1.00 USDC", "--from", "alice", "-y")
	l.do("offer", "photo.png", "cc-by-4.0", "--from", "alice", "-y")
	l.do("derive", "remix.png", "--from", "photo.png@cc-by-4.0", "--by", "bob", "-y")

	sign := []string{"--cert", "chain.pem", "--key", "key.pem"}
	l.do(append([]string{"c2pa", "sign", "photo.png", "--out", "photo-signed.png"}, sign...)...)
	require.Contains(t, l.fail(append([]string{"c2pa", "sign", "photo.png", "--out", "photo-signed.png"}, sign...)...), "is there already")
	shown := l.do("c2pa", "show", "photo-signed.png", "--anchors", "root.pem")
	for _, want := range []string{
		"Trusted", "Ann Example", "created", "digitalCapture", "allowed: cawg.ai_generative_training, ", "cawg.ai_training", "until the certificate ends",
	} {
		require.Contains(t, shown, want)
	}
	require.Contains(t, l.do("c2pa", "show", "photo-signed.png"), "--anchors says whom you trust")
	l.do(append([]string{"c2pa", "sign", "remix.png", "--ingredient", "photo-signed.png"}, sign...)...)
	shown = l.do("c2pa", "show", "remix.png", "--anchors", "root.pem", "--output", "json")
	require.Contains(t, shown, `"beside": "remix.png.c2pa"`)
	require.Contains(t, shown, `"state": "Trusted"`)
	require.Contains(t, shown, `"serial": "2"`)
	require.Contains(t, shown, `"relationship": "parentOf"`)
	require.Contains(t, l.fail(append([]string{"c2pa", "sign", "photo.png", "--ingredient", "photo-signed.png"}, sign...)...), "is not the file of a source")
	require.Contains(t, l.fail("c2pa", "sign", "photo.png"), "--cert")
	require.Contains(t, l.fail(append([]string{"c2pa", "sign", "remix.png"}, sign...)...), "remix.png.c2pa is there already: move it away")
	require.Contains(t, l.fail("c2pa", "sign", "photo.png", "--cert", "chain.pem", "--key", "root.pem"), "--key root.pem: ")
	require.Contains(t, l.fail("c2pa", "sign", "photo.png", "--cert", "root.pem", "--key", "key.pem", "--out", "n.png"), "--key key.pem: ")
	require.NoError(t, os.Mkdir("folder", 0o700))
	require.Contains(t, l.fail("c2pa", "show", "folder"), "folder is a folder")
	require.Contains(t, l.fail("similar", "folder", "--portal", "http://127.0.0.1:1"), "is a folder")
	require.Contains(t, l.fail("c2pa", "publish", "photo-signed.png", "--portal", "http://127.0.0.1:1"), "is the portal running?")
	drawn(t, "nobody.png", 3)
	require.Contains(t, l.fail(append([]string{"c2pa", "sign", "nobody.png"}, sign...)...), "nobody has registered")

	// Credentials that are laid beside a copy that lost them do not hold for it, and it is said why.
	kept, err := content.Read(t.Context(), "photo-signed.png", content.Options{NoISCC: true})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("photo.png.c2pa", kept.Credentials.Store, 0o600))
	shown, _, code = command("c2pa", "show", "photo.png")
	require.Equal(t, exitRefuted, code)
	require.Contains(t, shown, "this is the file that was signed, without the credentials")
	shown, _, code = command("c2pa", "show", "photo.png.c2pa")
	require.Equal(t, exitRefuted, code)
	require.Contains(t, shown, "without the file that they are of")
	require.NoError(t, os.Remove("photo.png.c2pa"))

	// What sign says to do keeps the fingerprints that there are.
	_, said, code := command(append([]string{"c2pa", "sign", "photo.png", "--out", "photo-again.png", "--home", l.home}, sign...)...)
	require.Equal(t, exitOK, code, said)
	_, hint, found := strings.Cut(said, "stemmad revise ")
	require.True(t, found, said)
	hint, _, _ = strings.Cut(hint, "\n")
	l.do(append(append([]string{"revise"}, strings.Fields(hint)...), "--from", "alice", "-y")...)
	for _, want := range []string{"iscc=ISCC:K", "c2pa=sha256:", "c2pa=urn:c2pa:"} {
		require.Contains(t, l.do("show", photo), want)
	}
	require.Contains(t, l.do("detect", "photo-again.png"), "it has these Content Credentials, its registrant says")

	// A copy with credentials is found by the file without, and what lost them by what has.
	require.Contains(t, l.do("detect", "photo-signed.png"), "it is this file without its Content Credentials")
	// Whoever changes a byte is told what is wrong.
	raw, err := os.ReadFile("photo-signed.png")
	require.NoError(t, err)
	raw[len(raw)-20] ^= 1
	require.NoError(t, os.WriteFile("changed.png", raw, 0o600))
	shown, _, code = command("c2pa", "show", "changed.png")
	require.Equal(t, exitRefuted, code)
	require.Contains(t, shown, "  wrong  ")
	require.NoError(t, os.WriteFile("other.pem", []byte("none"), 0o600))
	require.Contains(t, l.fail("c2pa", "show", "photo-signed.png", "--anchors", "other.pem"), "--anchors")
	_, said, _ = command("register", "changed.png", "--from", "fan", "--dry-run", "--home", l.home)
	require.Contains(t, said, "do not hold and are not recorded")

	// Registered with its credentials, it is found by a copy without.
	drawn(t, "second.png", 4)
	l.do("register", "second.png", "--from", "bob", "--source-type", "digitalCapture", "--no-iscc", "-y")
	l.do(append([]string{"c2pa", "sign", "second.png", "--out", "second-signed.png"}, sign...)...)
	_, said, code = command("register", "second-signed.png", "--from", "fan", "-y", "--home", l.home)
	require.Equal(t, exitOK, code, said)
	require.Contains(t, said, "differs from a registered work in its Content Credentials alone")
	require.Contains(t, said, "it is this file without its Content Credentials")
	require.Contains(t, l.do("detect", "second.png"), "it is this file but for the Content Credentials")
	// Terms that sell what the credentials do not allow are said.
	require.Contains(t, l.do("offer", "second-signed.png", "ai-training-allowed", "--from", "fan", "-y"), "do not allow AI training")
}

// TestJourneyOfWorksThatLookAlike asks a portal, and believes the node.
func TestJourneyOfWorksThatLookAlike(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	drawn(t, "photo.png", 1)
	raw, err := os.ReadFile("photo.png")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("copy.png", append(raw, "and more"...), 0o600))
	require.NoError(t, os.WriteFile("unlike.txt", []byte("a text, which no picture looks like"), 0o600))
	l.do("register", "photo.png", "--from", "alice", "-y")
	l.do("register", "unlike.txt", "--from", "alice", "-y")
	unlike := l.json("works.0.work", "register", "unlike.txt", "--from", "alice", "-y").(string)
	photo := l.json("works.0.work", "register", "photo.png", "--from", "alice", "-y").(string)
	chain := l.json("chain_id", "detect", "photo.png").(string)
	// The portal says what is not so of a work, and names one that is not there.
	answer := similar.Answer{ChainID: chain, Height: 5, Compared: []string{"image"}, Works: []similar.Work{
		{Work: photo, Title: "Somebody else's", Owner: "stemma1nobody", Unit: "image", Distance: 3},
		{Work: registrytypes.WorkID{1}.String(), Unit: "image", Distance: 4},
		{Work: unlike, Unit: "image", Credentials: []string{"urn:c2pa:\x1b[2J"}},
	}}
	asked := ""
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query().Get("iscc")
		raw, err := json.Marshal(answer)
		if err != nil {
			panic(err)
		}
		_, _ = w.Write(raw)
	}))
	defer portal.Close()
	found := l.do("similar", "copy.png", "--portal", portal.URL)
	require.Contains(t, asked, "ISCC:K")
	for _, want := range []string{photo, `"photo"`, "alice", "the picture differs in 0 of 64 bits"} {
		require.Contains(t, found, want)
	}
	require.NotContains(t, found, unlike, "its code is far, whatever a portal says")
	require.NotContains(t, found, registrytypes.WorkID{1}.String())
	require.NotContains(t, found, "Somebody else")
	require.Equal(t, photo, l.json("found.0.works.0.work", "similar", asked, "--portal", portal.URL))

	// The work that the file itself is is no other that looks like it.
	own, _, code := command("similar", "photo.png", "--portal", portal.URL, "--home", l.home)
	require.Equal(t, exitNotFound, code)
	require.Contains(t, own, "photo.png is registered itself: "+photo)
	require.Contains(t, own, "no other work looks like it")

	// A work that looks alike is told before anything is signed, and refuses nothing.
	_, said, code := command("register", "copy.png", "--from", "bob", "--portal", portal.URL, "--dry-run", "--home", l.home)
	require.Equal(t, exitOK, code, said)
	require.Contains(t, said, "looks like 1 other work")
	answer.ChainID = "another-1"
	_, said, code = command("register", "copy.png", "--from", "bob", "--portal", portal.URL, "--dry-run", "--home", l.home)
	require.Equal(t, exitOK, code, said)
	require.Contains(t, said, "is not known")
	require.Contains(t, l.fail("similar", "copy.png", "--portal", portal.URL), "name a portal of the same")
	answer.ChainID, answer.Works = chain, nil
	out, _, code := command("similar", "copy.png", "--portal", portal.URL, "--home", l.home)
	require.Equal(t, exitNotFound, code)
	require.Contains(t, out, "no work looks like it")
	require.Contains(t, l.fail("similar", "copy.png"), "--portal")
	require.Contains(t, l.fail("similar", "nothing", "--portal", portal.URL), "neither a file here")
	require.Contains(t, l.fail("similar", "copy.png", "--portal", portal.URL, "--distance", "8"), "0 to 7")
}

// TestJourneyOfRealCredentials registers files that others signed, and proposes the sources that they name.
func TestJourneyOfRealCredentials(t *testing.T) {
	files := map[string][]byte{}
	for _, name := range []string{"A", "CA", "CAICA", "CACAICAICICA"} {
		files[name] = data.Read(t, "c2pa/adobe-20220124-"+name+".jpg")
	}
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for name, raw := range files {
		require.NoError(t, os.WriteFile(name+".jpg", raw, 0o600))
	}
	file := func(name string) string { return name + ".jpg" }
	for _, name := range []string{"A", "CA", "CAICA"} {
		l.do("register", file(name), "--from", "alice", "-y")
	}
	for _, name := range []string{"A", "CA", "CAICA"} {
		l.do("offer", file(name), "cc-by-4.0", "--from", "alice", "-y")
	}
	id := func(name string) string {
		return l.json("works.0.work", "register", file(name), "--from", "alice", "-y").(string)
	}
	out, errs, code := command("derive", file("CACAICAICICA"), "--by", "bob", "--home", l.home)
	require.Equal(t, exitFailed, code, out)
	require.Contains(t, errs, id("CAICA")+"=parentOf")
	require.Contains(t, errs, `"CICA.jpg" (componentOf), which is not registered`)
	_, shown, _ := command("derive", file("CA"), "--by", "bob", "--allow-contested", "--home", l.home)
	require.Contains(t, shown, `"A.jpg" (parentOf), but nothing by which its work is found`)
	require.Equal(t, 1, strings.Count(l.do("show", file("CA")), "fingerprints"))
	require.NotContains(t, errs, id("CA")+"=", "an ingredient of an ingredient")
	_, errs, code = command("derive", file("CAICA"), "--by", "alice", "--home", l.home)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, id("CA")+"=componentOf")
	l.do("derive", file("CACAICAICICA"), "--from", id("CAICA")+"=parentOf@cc-by-4.0", "--by", "bob", "-y")
	require.Contains(t, l.do("detect", file("CACAICAICICA")), id("CAICA"))
}
