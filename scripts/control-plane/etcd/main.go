// Command etcd is etcd's own server. Its published main package belongs to a module that also requires etcd's tests and tools;
// the server module alone is enough to build it.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
