using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Placeholders;

/// <summary>
/// What clients list before they do anything, and of which there is none here: an empty list is the truth, whatever the filter.
/// </summary>
internal static class EmptyResources
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        None("spaces", "SpacesHandler", "All spaces."),
        None("subnets", "SubnetsHandler", "All subnets."),
        None("ipranges", "IPRangesHandler", "All ranges of addresses."),
        None("ipaddresses", "IPAddressesHandler", "All addresses in use."),
        None("reservedips", "ReservedIpsHandler", "All reserved addresses."),
        None("static-routes", "StaticRoutesHandler", "All static routes."),
        None("dnsresources", "DNSResourcesHandler", "All DNS resources."),
        None("dnsresourcerecords", "DNSResourceRecordsHandler", "All DNS resource records."),
        None("dhcp-snippets", "DHCPSnippetsHandler", "All DHCP snippets."),
        None("discovery", "DiscoveriesHandler", "All discovered devices."),
        None("notifications", "NotificationsHandler", "All notifications."),
        None("package-repositories", "PackageRepositoriesHandler", "All package repositories."),
        None("license-keys", "LicenseKeysHandler", "All licence keys."),
        None("boot-sources", "BootSourcesHandler", "All sources that images are imported from: they are uploaded here."),
        None("commissioning-scripts", "CommissioningScriptsHandler",
            "All commissioning scripts that were added: the built-in ones are not listed."),
        None("account/prefs/sslkeys", "SSLKeysHandler", "Your SSL keys."),
        None("devices", "DevicesHandler", "All devices that are not managed."),
        None("rackcontrollers", "RackControllersHandler", "All rack controllers: this server is one process."),
        None("regioncontrollers", "RegionControllersHandler", "All region controllers."),
        None("vm-hosts", "VmHostsHandler", "All hosts of virtual machines."),
        None("pods", "PodsHandler", "All hosts of virtual machines, under their old name."),
        None("virtual-machines", "VirtualMachinesHandler", "All virtual machines."),
        None("vm-clusters", "VmClustersHandler", "All clusters of hosts of virtual machines."),
        Nothing("spaces/{id}/", "SpaceHandler", "Space"),
        Nothing("subnets/{id}/", "SubnetHandler", "Subnet"),
        Nothing("devices/{system_id}/", "DeviceHandler", "Device"),
        NoneOfMachine("devices", "NodeDevicesHandler", "A machine's PCI and USB devices."),
        NoneOfMachine("volume-groups", "VolumeGroupsHandler", "A machine's LVM volume groups."),
        NoneOfMachine("raids", "RaidsHandler", "A machine's RAIDs."),
        NoneOfMachine("bcaches", "BcachesHandler", "A machine's bcaches."),
        NoneOfMachine("bcache-cache-sets", "BcacheCacheSetsHandler", "A machine's bcache cache sets."),
        NoneOfMachine("vmfs-datastores", "VmfsDatastoresHandler", "A machine's VMFS datastores."),
        NoneOfMachine("blockdevices/{device_id}/partitions", "PartitionsHandler", "A disk's partitions."),
    ];

    private static ApiResource None(string path, string handler, string doc) =>
        new($"api/2.0/{path}/", handler, doc,
            ApiAction.Read(ApiAccess.User, _ => Task.FromResult(ApiResults.List<int>([], (_, _) => { })), $"List {path}.")
                with { TakesAnyArgument = true });

    private static ApiResource NoneOfMachine(string path, string handler, string doc) =>
        new($"api/2.0/nodes/{{system_id}}/{path}/", handler, doc,
            ApiAction.Read(ApiAccess.User, OfMachineAsync, $"List {path.Split('/')[^1]}.") with { TakesAnyArgument = true });

    private static async Task<ApiResult> OfMachineAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is null
            ? ApiResults.NotFound("Node")
            : ApiResults.List<int>([], (_, _) => { });

    private static ApiResource Nothing(string path, string handler, string kind) =>
        new(
            $"api/2.0/{path}",
            handler,
            $"A {kind}.",
            ApiAction.Read(ApiAccess.User, _ => Task.FromResult(ApiResults.NotFound(kind)), $"Read a {kind}."));
}
