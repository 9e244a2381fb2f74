package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"
)

// bill is a CycloneDX 1.5 bill of materials, as far as a binary's own list of modules says it:
// https://cyclonedx.org/docs/1.5/json. It has no serial number, which would be another each time.
type bill struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Timestamp time.Time `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Ref        string     `json:"bom-ref"`
	PURL       string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// billOf lists what a binary was built from: its modules, as replaced, with the sums of go.sum, and
// Go's own library.
func billOf(binary, version string, at time.Time) ([]byte, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, fmt.Errorf("the modules of %s: %w", binary, err)
	}
	own := componentOf("application", info.Main.Path, version, "")
	for _, setting := range info.Settings {
		switch setting.Key {
		case "GOOS", "GOARCH", "CGO_ENABLED", "-tags":
			own.Properties = append(own.Properties, property{"go:build:" + setting.Key, setting.Value})
		}
	}
	b := bill{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{at, own}}
	b.Components = append(b.Components, componentOf("library", "std", info.GoVersion, ""))
	for _, module := range info.Deps {
		b.Components = append(b.Components, moduleOf(module))
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(b)
	return out.Bytes(), err
}

func moduleOf(module *debug.Module) component {
	if module.Replace == nil {
		return componentOf("library", module.Path, module.Version, module.Sum)
	}
	c := componentOf("library", module.Replace.Path, module.Replace.Version, module.Replace.Sum)
	c.Properties = append(c.Properties, property{"go:replaces", module.Path + "@" + module.Version})
	return c
}

func componentOf(kind, name, version, sum string) component {
	purl := fmt.Sprintf("pkg:golang/%s@%s", name, version)
	c := component{Type: kind, Name: name, Version: version, Ref: purl, PURL: purl}
	if sum != "" {
		c.Properties = []property{{"go:sum", sum}}
	}
	return c
}
