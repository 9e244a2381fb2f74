package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/version"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/c2pa/sign"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/iscc"
	"github.com/stemma-chain/stemma/client/portrait"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/durably"
	"github.com/stemma-chain/stemma/x/license/termspec"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

const (
	flagCert           = "cert"
	flagKeyFile        = "key"
	flagIngredient     = "ingredient"
	flagCertificateURI = "certificate-uri"
)

func c2paSignCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sign FILE --cert CHAIN.pem --key KEY.pem",
		Short: "Write Content Credentials for a registered work's file, from what the chain says of it",
		Long: `Sign writes what the chain says of a file's work as Content Credentials: how it was made, what it was made from (its declared
sources), who may train AI with it (by what it is on offer under now), its ISCC, and which work on which chain it is. They lie beside the file, in
FILE.c2pa, and the file stays as it was registered; with --out a copy of a JPEG or PNG is written that carries them.

The certificate is one for signing documents or e-mail, or of C2PA: its chain in PEM, the signer's first. The key is its key, in PEM; keys of
accounts cannot sign it. No time stamp is written: what was signed holds as long as the certificate.
Earlier credentials of the file are kept, as its parent's. With --ingredient FILE a source's file is at hand, and its
own credentials are carried along.

Of a file that several have claimed the earliest claim is taken, unless --work names another.`,
		Example: `  stemmad c2pa sign photo.jpg --cert chain.pem --key key.pem --source-type digitalCapture
  stemmad c2pa sign remix.jpg --cert chain.pem --key key.pem --out remix-signed.jpg --ingredient photo.jpg`,
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.String(flagCert, "", "file of the certificate chain (PEM)")
	f.String(flagKeyFile, "", "file of the key (PEM)")
	f.String(flagOut, "", "write a copy of the file with the credentials in it (JPEG and PNG), in place of a file beside it")
	f.String(flagWork, "", "the work that the file is (default: the earliest claim to its content)")
	f.StringArray(flagIngredient, nil, "file of a source, whose own credentials are carried along; may be repeated")
	f.String(flagSourceType, "", "how it was made, as an IPTC digital source type (default: what the work says)")
	f.String(flagCertificate, "", "file of the work's certificate (stemmad verify --certificate), whose hash is recorded")
	f.String(flagCertificateURI, "", "where the work's certificate is found")
	return asking(cmd, signCredentials)
}

func signCredentials(ctx context.Context, conn *connect.Conn, args []string) error {
	path, f := args[0], conn.Flags()
	signer, err := signerFrom(f.Text(flagCert), f.Text(flagKeyFile))
	if err != nil {
		return err
	}
	out := f.Text(flagOut)
	if out == "" {
		out = path + ".c2pa"
	}
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		remedy := "move it away"
		if f.Text(flagOut) != "" {
			remedy = "name another file with --" + flagOut
		}
		return errors.Join(err, fmt.Errorf("%s is there already: %s", table.Clean(out), remedy))
	}
	read, err := content.Read(ctx, path, content.Options{NoISCC: true})
	if err != nil {
		return err
	}
	s := &manifestation{conn: conn, path: path, read: read}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	written, err := s.write(signer, out)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			File     string `json:"file"`
			Manifest string `json:"manifest"`
			SHA256   string `json:"sha256"`
			Work     string `json:"work"`
			Height   int64  `json:"height,string"`
		}{out, written.Label, fmt.Sprintf("%x", sha256.Sum256(written.Store)), s.about.Work.Id.String(), s.about.Height})
	}
	conn.Say("Wrote Content Credentials to %s:", table.Clean(out))
	if err := table.Fields(conn.Out(), "manifest", written.Label, "work", s.about.Work.Id.String(), "as of block", fmt.Sprint(s.about.Height),
		"signed by", table.Short(signer.Certificate().Subject.CommonName), "they hold until", table.Time(signer.Certificate().NotAfter),
		"sha256", fmt.Sprintf("%x", sha256.Sum256(written.Store))); err != nil {
		return err
	}
	conn.Note(`Let the work be found by them, and copies that lose them get them back:
  stemmad revise %s --%s c2pa=sha256:%x --%s c2pa=%s
  stemmad c2pa publish %s --portal URL`,
		s.about.Work.Id, flagAddFingerprint, sha256.Sum256(written.Store), flagAddFingerprint, written.Label, table.Clean(out))
	return nil
}

// signerFrom reads key and certificate.
func signerFrom(chain, key string) (*sign.Signer, error) {
	if chain == "" || key == "" {
		return nil, fmt.Errorf("name the certificate chain and its key: --%s CHAIN.pem --%s KEY.pem", flagCert, flagKeyFile)
	}
	chainPEM, err := os.ReadFile(chain)
	if err != nil {
		return nil, err
	}
	keyPEM, err := os.ReadFile(key)
	if err != nil {
		return nil, err
	}
	signer, err := sign.ReadSigner(keyPEM, chainPEM, time.Now())
	switch {
	case errors.Is(err, sign.ErrKey):
		return nil, fmt.Errorf("--%s %s: %w", flagKeyFile, table.Clean(key), err)
	case errors.Is(err, sign.ErrCertificate):
		return nil, fmt.Errorf("--%s %s: %w", flagCert, table.Clean(chain), err)
	}
	return signer, err
}

// manifestation is the writing of one manifest.
type manifestation struct {
	conn  *connect.Conn
	path  string
	read  content.Content
	about portrait.Portrait
	input sign.Input
}

// prepare makes the manifest's input of what the chain says of the work.
func (s *manifestation) prepare(ctx context.Context) error {
	argument := s.conn.Flags().Text(flagWork)
	if argument == "" {
		argument = s.path
	}
	work, err := target.EarliestSafe(ctx, s.conn.Registry(), argument)
	if errors.Is(err, target.ErrUnregistered) && argument == s.path {
		return exitError{code: exitNotFound, err: fmt.Errorf("nobody has registered %s: do that first (stemmad register %s)",
			table.Clean(s.path), table.Clean(s.path))}
	}
	if err != nil {
		return err
	}
	if digest := work.Sha256; digest != s.read.Sha256 && digest != s.read.Plain {
		return fmt.Errorf("%s is not the file of %s, whose SHA-256 is %s", table.Clean(s.path), work.Id, digest)
	}
	if s.about, err = portrait.Of(ctx, s.conn, work.Id); err != nil {
		return err
	}
	s.input = sign.Input{
		Title: s.about.Work.Details.Title, Generator: sign.Generator{Name: "stemmad", Version: version.Version},
		Work: &sign.Work{Chain: "cosmos:" + s.conn.ChainID, ID: work.Id.String(), Height: s.about.Height},
	}
	if err := errors.Join(s.ingredients(ctx), s.softBinding(ctx), s.certificate()); err != nil {
		return err
	}
	s.mining()
	return s.actions()
}

// softBinding is the ISCC, as units of 256 bits (IEP-0020), by which the file is found again.
func (s *manifestation) softBinding(ctx context.Context) error {
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	made, err := iscc.OfFile(ctx, f, info.Size(), iscc.Options{MediaType: s.about.Work.Details.MediaType, Bits: iscc.MaxBits})
	if err != nil {
		return err
	}
	value, err := iscc.AppendUnits(nil, made.Units...)
	s.input.SoftBindings = []sign.SoftBinding{{Algorithm: "io.iscc.v0", Value: value}}
	return err
}

func (s *manifestation) certificate() error {
	f := s.conn.Flags()
	s.input.Work.CertificateURI = f.Text(flagCertificateURI)
	path := f.Text(flagCertificate)
	if path == "" {
		return nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	s.input.Work.CertificateHash = sum[:]
	return nil
}

// mining says of training and data mining what is on offer to everybody.
func (s *manifestation) mining() {
	var offers [][]termspec.Machine
	for _, o := range s.about.Offers {
		if !o.Offer.Paused && len(o.Offer.Licensees) == 0 {
			offers = append(offers, termspec.Machines(o.Terms.Terms))
		}
	}
	s.input.Mining = content.Mining(fmt.Sprintf("on offer as %s of cosmos:%s", s.about.Work.Id, s.conn.ChainID), offers...)
}

// actions are how the file came to be: opened from its parent, with the other sources placed in it, or else created.
func (s *manifestation) actions() error {
	sourceType, err := describe.ParseSourceType(s.conn.Flags().Text(flagSourceType))
	if err != nil {
		return fmt.Errorf("--%s: %w", flagSourceType, err)
	}
	if sourceType == "" {
		sourceType = s.about.Work.Details.DigitalSourceType
	}
	parent := s.read.Credentials != nil && s.read.Credentials.Beside == ""
	var placed []int
	for i, ingredient := range s.input.Ingredients {
		switch ingredient.Relationship {
		case sign.ParentOf:
			parent = true
		case sign.ComponentOf:
			placed = append(placed, i)
		}
	}
	switch {
	case !parent && sourceType == "":
		return fmt.Errorf("how was it made? Say it with --%s, as an IPTC digital source type such as digitalCapture or trainedAlgorithmicMedia",
			flagSourceType)
	case !parent:
		s.input.Actions = append(s.input.Actions, sign.Action{Action: "c2pa.created", SourceType: sourceType})
	}
	if len(placed) > 0 {
		s.input.Actions = append(s.input.Actions, sign.Action{Action: "c2pa.placed", Ingredients: placed})
	}
	if parent && sourceType != "" {
		s.input.Actions = append(s.input.Actions, sign.Action{Action: "c2pa.edited", SourceType: sourceType})
	}
	return nil
}

// relationships are C2PA's for our roles.
var relationships = map[lineagetypes.Role]string{
	lineagetypes.ROLE_PARENT_OF: sign.ParentOf, lineagetypes.ROLE_COMPONENT_OF: sign.ComponentOf, lineagetypes.ROLE_INPUT_TO: sign.InputTo,
	lineagetypes.ROLE_TRAINED_ON: sign.InputTo, lineagetypes.ROLE_CONTAINS: sign.ComponentOf,
}

// ingredients are the declared sources. C2PA knows one parent: others, and all where the file has earlier credentials, whose parent it
// is itself, are components.
func (s *manifestation) ingredients(ctx context.Context) error {
	files, err := s.sourceFiles(ctx)
	if err != nil {
		return err
	}
	hasParent := s.read.Credentials != nil && s.read.Credentials.Beside == ""
	if hasParent {
		s.input.Own = &s.read.Credentials.Report
	}
	for _, link := range s.about.Sources.Sources {
		if link.External != nil {
			continue
		}
		source, err := target.EarliestSafe(ctx, s.conn.Registry(), link.Source.String())
		if err != nil {
			return err
		}
		d := source.Details
		i := sign.Ingredient{
			Title: d.Title, Format: d.MediaType, Relationship: relationships[link.Role], InstanceID: source.Id.String(),
			Description: fmt.Sprintf("%s of cosmos:%s, %s", source.Id, s.conn.ChainID, link.Role.Name()),
		}
		if i.Relationship == sign.ParentOf {
			if hasParent {
				i.Relationship = sign.ComponentOf
			}
			hasParent = true
		}
		for path, c := range files {
			if c.Sha256 == source.Sha256 || c.Plain == source.Sha256 {
				i.Store, i.Report = c.Credentials.Store, &c.Credentials.Report
				delete(files, path)
			}
		}
		s.input.Ingredients = append(s.input.Ingredients, i)
	}
	for path := range files {
		return fmt.Errorf("%s is not the file of a source of %s: declare it first (stemmad derive)", table.Clean(path), s.about.Work.Id)
	}
	if s.about.Sources.Pagination.GetNextKey() != nil {
		s.conn.Note("The work has more than %d sources: the first are written.", portrait.MaxRows)
	}
	return nil
}

// sourceFiles reads what --ingredient names.
func (s *manifestation) sourceFiles(ctx context.Context) (map[string]content.Content, error) {
	files := map[string]content.Content{}
	for _, path := range s.conn.Flags().Texts(flagIngredient) {
		c, err := content.Read(ctx, path, content.Options{NoISCC: true})
		if err != nil {
			return nil, err
		}
		if c.Credentials == nil {
			return nil, fmt.Errorf("%s has no Content Credentials that could be carried along: leave it out, the source is named all the same",
				table.Clean(path))
		}
		files[path] = c
	}
	return files, nil
}

// write writes the manifest beside the file, or into a copy of it.
func (s *manifestation) write(signer *sign.Signer, out string) (sign.Written, error) {
	in, err := os.Open(s.path)
	if err != nil {
		return sign.Written{}, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return sign.Written{}, err
	}
	file, err := asset.Open(in, info.Size(), s.path)
	if err != nil {
		return sign.Written{}, err
	}
	if s.conn.Flags().Text(flagOut) == "" {
		written, err := sign.Sidecar(file, s.input, signer)
		if err != nil {
			return written, err
		}
		return written, publishedFile(out, func(w io.Writer) error {
			_, err := io.Copy(w, bytes.NewReader(written.Store))
			return err
		})
	}
	var written sign.Written
	err = publishedFile(out, func(w io.Writer) (err error) {
		written, err = sign.Embed(w, file, s.input, signer)
		return err
	})
	if errors.Is(err, asset.ErrUnsupported) {
		err = fmt.Errorf("%s: credentials can be written into JPEG and PNG only: leave out --%s, and they lie beside it",
			table.Clean(s.path), flagOut)
	}
	return written, err
}

// publishedFile writes a file that others may read, whole or not at all.
func publishedFile(path string, write func(io.Writer) error) error {
	var all bytes.Buffer
	if err := write(&all); err != nil {
		return err
	}
	if err := durably.Write(path, all.Bytes()); err != nil {
		return err
	}
	return os.Chmod(path, 0o644)
}
