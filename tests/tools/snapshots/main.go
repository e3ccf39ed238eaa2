// A driver of the Container Storage Interface whose volumes are folders of this machine and whose snapshots are copies of them, for the cluster
// tests. It speaks to the real kubelet, external-provisioner and csi-snapshotter.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

const name = "folders.csi.hipaa-iac.dev"

func main() {
	folder := flag.String("folder", "", "where volumes and snapshots are")
	socket := flag.String("socket", "", "where the driver listens")
	registry := flag.String("registry", "", "the kubelet's folder plugins_registry")
	flag.Parse()
	driver := &driver{folder: *folder, endpoint: *socket}
	for _, kind := range []string{"volumes", "snapshots"} {
		must(os.MkdirAll(filepath.Join(*folder, kind), 0o755))
	}
	plugin := grpc.NewServer()
	csi.RegisterIdentityServer(plugin, driver)
	csi.RegisterControllerServer(plugin, driver)
	csi.RegisterNodeServer(plugin, driver)
	go serve(plugin, *socket)
	registrar := grpc.NewServer()
	registration.RegisterRegistrationServer(registrar, driver)
	serve(registrar, filepath.Join(*registry, name+"-reg.sock"))
}

func serve(server *grpc.Server, socket string) {
	listener, err := net.Listen("unix", socket)
	must(err)
	must(server.Serve(listener))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type driver struct {
	csi.UnimplementedIdentityServer
	csi.UnimplementedControllerServer
	csi.UnimplementedNodeServer
	registration.UnimplementedRegistrationServer
	folder   string
	endpoint string
	// Calls of the same name may come at once.
	lock sync.Mutex
}

func (d *driver) GetInfo(context.Context, *registration.InfoRequest) (*registration.PluginInfo, error) {
	return &registration.PluginInfo{Type: registration.CSIPlugin, Name: name, Endpoint: d.endpoint, SupportedVersions: []string{"1.0.0"}}, nil
}

func (d *driver) NotifyRegistrationStatus(_ context.Context, said *registration.RegistrationStatus) (*registration.RegistrationStatusResponse, error) {
	fmt.Println("registered:", said.PluginRegistered, said.Error)
	return &registration.RegistrationStatusResponse{}, nil
}

func (d *driver) GetPluginInfo(context.Context, *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return &csi.GetPluginInfoResponse{Name: name, VendorVersion: "1"}, nil
}

func (d *driver) GetPluginCapabilities(context.Context, *csi.GetPluginCapabilitiesRequest) (*csi.GetPluginCapabilitiesResponse, error) {
	service := csi.PluginCapability_Service_{Service: &csi.PluginCapability_Service{Type: csi.PluginCapability_Service_CONTROLLER_SERVICE}}
	return &csi.GetPluginCapabilitiesResponse{Capabilities: []*csi.PluginCapability{{Type: &service}}}, nil
}

func (d *driver) Probe(context.Context, *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	return &csi.ProbeResponse{Ready: wrapperspb.Bool(true)}, nil
}

func (d *driver) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	var all []*csi.ControllerServiceCapability
	for _, kind := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_SNAPSHOT,
		csi.ControllerServiceCapability_RPC_LIST_SNAPSHOTS,
	} {
		rpc := csi.ControllerServiceCapability_Rpc{Rpc: &csi.ControllerServiceCapability_RPC{Type: kind}}
		all = append(all, &csi.ControllerServiceCapability{Type: &rpc})
	}
	return &csi.ControllerGetCapabilitiesResponse{Capabilities: all}, nil
}

// at is where a volume or a snapshot is. An id is a name that was chosen by Kubernetes, and a part of a path.
func (d *driver) at(kind, id string) (string, error) {
	if id == "" || filepath.Base(id) != id || id == ".." || id == "." {
		return "", status.Errorf(codes.InvalidArgument, "%q is no id", id)
	}
	return filepath.Join(d.folder, kind, id), nil
}

// copied makes a folder, perhaps as a copy of another. What is there already was made by an earlier call.
func copied(from, to string) error {
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	half := to + ".half"
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	if from == "" {
		if err := os.Mkdir(half, 0o777); err != nil {
			return err
		}
	} else if said, err := exec.Command("cp", "-a", from, half).CombinedOutput(); err != nil {
		return status.Errorf(codes.Internal, "%v: %s", err, said)
	}
	return os.Rename(half, to)
}

func (d *driver) CreateVolume(_ context.Context, asked *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	to, err := d.at("volumes", asked.Name)
	if err != nil {
		return nil, err
	}
	from := ""
	if source := asked.VolumeContentSource; source != nil {
		if source.GetSnapshot() == nil {
			return nil, status.Error(codes.InvalidArgument, "a volume is made of nothing or of a snapshot")
		}
		if from, err = d.at("snapshots", source.GetSnapshot().SnapshotId); err != nil {
			return nil, err
		}
		if _, err := os.Stat(from); err != nil {
			return nil, status.Error(codes.NotFound, "there is no such snapshot")
		}
	}
	if err := copied(from, to); err != nil {
		return nil, err
	}
	volume := csi.Volume{VolumeId: asked.Name, CapacityBytes: asked.CapacityRange.GetRequiredBytes(), ContentSource: asked.VolumeContentSource}
	return &csi.CreateVolumeResponse{Volume: &volume}, nil
}

func (d *driver) DeleteVolume(_ context.Context, asked *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	at, err := d.at("volumes", asked.VolumeId)
	if err != nil {
		return nil, err
	}
	return &csi.DeleteVolumeResponse{}, os.RemoveAll(at)
}

func (d *driver) ValidateVolumeCapabilities(_ context.Context, asked *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	confirmed := csi.ValidateVolumeCapabilitiesResponse_Confirmed{VolumeCapabilities: asked.VolumeCapabilities}
	return &csi.ValidateVolumeCapabilitiesResponse{Confirmed: &confirmed}, nil
}

// sourceOf is the file that tells of which volume a snapshot is; its age is the snapshot's.
func sourceOf(snapshot string) string { return snapshot + ".of" }

func described(id, at string) (*csi.Snapshot, error) {
	source, err := os.ReadFile(sourceOf(at))
	if err != nil {
		return nil, err
	}
	made, err := os.Stat(sourceOf(at))
	if err != nil {
		return nil, err
	}
	return &csi.Snapshot{
		SnapshotId: id, SourceVolumeId: string(source), SizeBytes: 1 << 30, CreationTime: timestamppb.New(made.ModTime().Truncate(time.Second)), ReadyToUse: true,
	}, nil
}

func (d *driver) CreateSnapshot(_ context.Context, asked *csi.CreateSnapshotRequest) (*csi.CreateSnapshotResponse, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	at, err := d.at("snapshots", asked.Name)
	if err != nil {
		return nil, err
	}
	from, err := d.at("volumes", asked.SourceVolumeId)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(at); err != nil {
		if err := os.WriteFile(sourceOf(at), []byte(asked.SourceVolumeId), 0o600); err != nil {
			return nil, err
		}
	}
	if err := copied(from, at); err != nil {
		return nil, err
	}
	snapshot, err := described(asked.Name, at)
	return &csi.CreateSnapshotResponse{Snapshot: snapshot}, err
}

func (d *driver) DeleteSnapshot(_ context.Context, asked *csi.DeleteSnapshotRequest) (*csi.DeleteSnapshotResponse, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	at, err := d.at("snapshots", asked.SnapshotId)
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(at); err != nil {
		return nil, err
	}
	return &csi.DeleteSnapshotResponse{}, os.RemoveAll(sourceOf(at))
}

func (d *driver) ListSnapshots(_ context.Context, asked *csi.ListSnapshotsRequest) (*csi.ListSnapshotsResponse, error) {
	at, err := d.at("snapshots", asked.SnapshotId)
	if err != nil {
		return nil, err
	}
	snapshot, err := described(asked.SnapshotId, at)
	if os.IsNotExist(err) {
		return &csi.ListSnapshotsResponse{}, nil
	}
	return &csi.ListSnapshotsResponse{Entries: []*csi.ListSnapshotsResponse_Entry{{Snapshot: snapshot}}}, err
}

func (d *driver) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: "node"}, nil
}

func (d *driver) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	return &csi.NodeGetCapabilitiesResponse{}, nil
}

func mounted(target string) bool {
	return exec.Command("mountpoint", "--quiet", target).Run() == nil
}

func (d *driver) NodePublishVolume(_ context.Context, asked *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	from, err := d.at("volumes", asked.VolumeId)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(asked.TargetPath, 0o755); err != nil {
		return nil, err
	}
	if mounted(asked.TargetPath) {
		return &csi.NodePublishVolumeResponse{}, nil
	}
	how := "rw"
	if asked.Readonly {
		how = "ro"
	}
	if said, err := exec.Command("mount", "--bind", "-o", how, from, asked.TargetPath).CombinedOutput(); err != nil {
		return nil, status.Errorf(codes.Internal, "%v: %s", err, said)
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

func (d *driver) NodeUnpublishVolume(_ context.Context, asked *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	if mounted(asked.TargetPath) {
		if said, err := exec.Command("umount", asked.TargetPath).CombinedOutput(); err != nil {
			return nil, status.Errorf(codes.Internal, "%v: %s", err, said)
		}
	}
	if err := os.Remove(asked.TargetPath); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}
