using System.Text.Json;
using VmLab.Servers;

namespace Maas.Journey.Tests.Lab;

/// <summary>The storage and the interfaces of one machine over API 2.0.</summary>
internal sealed class NodeConfigClient(MaasClient client, string id)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public Task<JsonElement> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> fields) =>
        client.PostAsync($"nodes/{id}/{path}", fields, Token);

    public Task<JsonElement> PutAsync(string path, IEnumerable<KeyValuePair<string, string>> fields) =>
        client.PutAsync($"nodes/{id}/{path}", fields, Token);

    public Task LayoutAsync(string layout) =>
        client.PostAsync($"machines/{id}/?op=set_storage_layout", [new("storage_layout", layout)], Token);

    public async Task<string[]> DisksAsync() =>
    [
        .. (await client.GetAsync($"machines/{id}/", Token)).GetProperty("physicalblockdevice_set").EnumerateArray()
            .OrderBy(disk => disk.GetProperty("name").GetString(), StringComparer.Ordinal)
            .Select(disk => disk.GetProperty("id").ToString()),
    ];

    public async Task<string> PartitionAsync(string disk, string size) =>
        (await PostAsync($"blockdevices/{disk}/partitions/", [new("size", size)])).GetProperty("id").ToString();

    public async Task FormatAsync(string disk, string? partition, string type, string? point)
    {
        var path = partition is null ? $"blockdevices/{disk}/" : $"blockdevices/{disk}/partition/{partition}";
        await PostAsync($"{path}?op=format", [new("fstype", type)]);
        await PostAsync($"{path}?op=mount", point is null ? [] : [new("mount_point", point)]);
    }

    /// <summary>The cards, the one that boots first.</summary>
    public async Task<string[]> InterfacesAsync() =>
    [
        .. (await client.GetAsync($"nodes/{id}/interfaces/", Token)).EnumerateArray()
            .OrderBy(card => card.GetProperty("mac_address").GetString(), StringComparer.Ordinal)
            .Select(card => card.GetProperty("id").ToString()),
    ];

    /// <summary>The VLAN and the subnet of a network that is there.</summary>
    public async Task<(string Vlan, string Subnet)> LinkAsync(string cidr)
    {
        foreach (var subnet in (await client.GetAsync("subnets/", Token)).EnumerateArray())
            if (subnet.GetProperty("cidr").GetString() == cidr)
                return (subnet.GetProperty("vlan").GetProperty("id").ToString(), subnet.GetProperty("id").ToString());
        throw new InvalidOperationException($"The server has no subnet {cidr}.");
    }

    /// <summary>Adds a tagged VLAN to the fabric of another one, and its subnet.</summary>
    public async Task<(string Vlan, string Subnet)> AddVlanAsync(string beside, string tag, string cidr)
    {
        var fabric = (await client.GetAsync($"vlans/{beside}/", Token)).GetProperty("fabric_id").ToString();
        var vlan = (await client.PostAsync($"fabrics/{fabric}/vlans/", [new("name", $"tag{tag}"), new("vid", tag)], Token))
            .GetProperty("id").ToString();
        var subnet = await client.PostAsync("subnets/", [new("cidr", cidr), new("vlan", vlan)], Token);
        return (vlan, subnet.GetProperty("id").ToString());
    }

    public async Task LinkSubnetAsync(string card, string subnet, string address)
    {
        var links = await client.GetAsync($"nodes/{id}/interfaces/{card}/", Token);
        foreach (var link in links.GetProperty("links").EnumerateArray())
            await PostAsync($"interfaces/{card}/?op=unlink_subnet", [new("id", link.GetProperty("id").ToString())]);
        await PostAsync($"interfaces/{card}/?op=link_subnet", [new("mode", "static"), new("subnet", subnet), new("ip_address", address)]);
    }
}
