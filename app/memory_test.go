package app

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestMemoryIsTheLeastLimit(t *testing.T) {
	const machine = "MemTotal:       24576000 kB\nMemFree: 1 kB\n"
	const all = int64(24_576_000 << 10)
	for name, tc := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nothing is told":   {nil, 0},
		"no group":          {map[string]string{"proc/meminfo": machine}, all},
		"group, no machine": {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1000\n"}, 1000},
		"version 2, no limit": {map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n",
		}, all},
		"version 2, a container": {map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "2147483648\n",
		}, 2 << 30},
		"version 2, a service in a slice with less": {map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "0::/system.slice/stemmad.service\n",
			"sys/fs/cgroup/system.slice/stemmad.service/memory.max": "4294967296\n",
			"sys/fs/cgroup/system.slice/memory.max":                 "1073741824\n",
		}, 1 << 30},
		"version 2, the path is the host's": {map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "0::/../../docker/abc\n", "sys/fs/cgroup/memory.max": "1000000\n",
		}, 1_000_000},
		"version 1": {map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n1:name=systemd:/x\n",
			"sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "536870912\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":            "9223372036854771712\n",
		}, 512 << 20},
		"version 1, no limit": {map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "4:memory:/\n0::/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, all},
		"a limit above the machine": {map[string]string{
			"proc/meminfo": machine, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "99999999999999\n",
		}, all},
	} {
		t.Run(name, func(t *testing.T) {
			root := fstest.MapFS{}
			for file, text := range tc.files {
				root[file] = &fstest.MapFile{Data: []byte(text)}
			}
			require.Equal(t, tc.want, memory(root))
		})
	}
}
