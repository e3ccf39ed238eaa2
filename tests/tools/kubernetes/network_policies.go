package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// Enforces NetworkPolicies as kube-router does, by its controller for them and nothing else of it; takes its rules away when it is ended.
func networkPolicies() error {
	kubeconfig := flag.String("kubeconfig", "", "who it is")
	node := flag.String("hostname-override", "", "the node's name")
	services := flag.String("service-cluster-ip-range", "", "where services are")
	flag.Parse()
	config := options.NewKubeRouterConfig()
	config.EnableIPv4, config.EnableIPv6 = true, false
	config.HostnameOverride = *node
	config.ClusterIPCIDRs = []string{*services}
	client, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	set, err := kubernetes.NewForConfig(client)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(set, 0)
	pods := factory.Core().V1().Pods().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	stop := make(chan struct{})
	factory.Start(stop)
	factory.WaitForCacheSync(stop)
	tables, sets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		return err
	}
	var lock sync.Mutex
	controller, err := netpol.NewNetworkPolicyController(set, config, pods, policies, namespaces, &lock, tables, sets)
	if err != nil {
		return err
	}
	for _, heard := range []struct {
		of      cache.SharedIndexInformer
		handler cache.ResourceEventHandler
	}{
		{pods, controller.PodEventHandler},
		{namespaces, controller.NamespaceEventHandler},
		{policies, controller.NetworkPolicyEventHandler},
	} {
		if _, err := heard.of.AddEventHandler(heard.handler); err != nil {
			return err
		}
	}
	// It tells that it lives, and waits for somebody to hear it.
	alive := make(chan *healthcheck.ControllerHeartbeat)
	go func() {
		for range alive {
		}
	}()
	var running sync.WaitGroup
	running.Add(1)
	go controller.Run(alive, stop, &running)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	<-ended
	close(stop)
	running.Wait()
	controller.Cleanup()
	fmt.Println("the rules are taken away")
	return nil
}
