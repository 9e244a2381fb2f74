package types

import (
	"slices"
	"strconv"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/registry/text"
)

// textDomain separates the digests of works' texts from every other hash.
const textDomain = "stemma/work-text/v1"

// HasText says whether there is anything to blank: all that the registrant writes
// freely is text, fingerprints too, whose values can be any words or a URL. Kind,
// digital source type and the metadata's SHA-256 are none and stay.
func (d Details) HasText() bool {
	return d.Title != "" || d.MediaType != "" || d.MetadataUri != "" || len(d.Creators) > 0 || len(d.Fingerprints) > 0
}

// withoutText is what stays.
func (d Details) withoutText() Details {
	return Details{Kind: d.Kind, MetadataSha256: d.MetadataSha256, DigitalSourceType: d.DigitalSourceType}
}

// TextDigest is the SHA-256 by which blanked text is known, as text.Digest makes
// it of title, media type, metadata URI, the number of creators in decimal digits,
// name, account and role of each, then scheme and value of each fingerprint.
func (d Details) TextDigest() Digest {
	fields := []string{d.Title, d.MediaType, d.MetadataUri, strconv.Itoa(len(d.Creators))}
	for _, c := range d.Creators {
		fields = append(fields, c.Name, c.Account, c.Role)
	}
	for _, f := range d.Fingerprints {
		fields = append(fields, f.Scheme, f.Value)
	}
	return text.Digest(textDomain, fields...)
}

// Blanked says whether the text was taken back.
func (r Revision) Blanked() bool { return !r.BlankedSha256.IsZero() }

// Blank returns the revision without its text, which its SHA-256 replaces.
func (r Revision) Blank() Revision {
	return Revision{Details: r.Details.withoutText(), CreatedAt: r.CreatedAt, BlankedSha256: r.Details.TextDigest()}
}

// Validate checks a stored version: valid details with each fingerprint and account
// in its one spelling; or none of the text, where that is blanked. It fails with
// ErrInvalidGenesis or the error of the part.
func (r Revision) Validate() error {
	if r.Blanked() {
		if r.Details.HasText() {
			return errorsmod.Wrap(ErrInvalidGenesis, "has blanked_sha256 and text: one of them goes")
		}
		return r.Details.validateFacts()
	}
	if err := r.Details.Validate(); err != nil {
		return err
	}
	normal, err := r.Details.Normalized()
	if err != nil {
		return err
	}
	if !slices.Equal(normal.Fingerprints, r.Details.Fingerprints) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "fingerprints are not in their one spelling, which is %v", normal.Fingerprints)
	}
	if !slices.Equal(normal.Creators, r.Details.Creators) {
		return errorsmod.Wrap(ErrInvalidGenesis, "creators have an account that is not in lower case")
	}
	return nil
}
