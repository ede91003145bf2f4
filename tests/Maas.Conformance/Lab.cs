using System.Globalization;

namespace Maas.Conformance;

/// <summary>A fabric with a VLAN in a space and an IPv4 subnet, made for one case.</summary>
internal sealed class Lab
{
    private readonly Server _server;

    private Lab(Server server, string network) => (_server, Network) = (server, network);

    /// <summary>The first three bytes of the subnet.</summary>
    public string Network { get; }

    /// <summary>The number of the fabric.</summary>
    public long Fabric { get; private init; }

    /// <summary>The number of its untagged VLAN.</summary>
    public long Vlan { get; private init; }

    /// <summary>The number of the subnet.</summary>
    public long Subnet { get; private init; }

    /// <summary>The name of the space.</summary>
    public string Space { get; private init; } = "";

    /// <summary>The path of the VLAN.</summary>
    public string VlanPath => string.Create(CultureInfo.InvariantCulture, $"fabrics/{Fabric}/vlans/0/");

    public static async Task<Lab> CreateAsync(Server server)
    {
        var network = server.NewNetwork();
        var space = (await server.PostAsync("spaces/", ("name", server.NewName("space")))).Expect(200).Json;
        server.DeleteAtEnd($"spaces/{space.Integer("id")}/");
        var fabric = (await server.PostAsync("fabrics/", ("name", server.NewName("fabric")))).Expect(200).Json;
        var id = fabric.Integer("id");
        server.DeleteAtEnd($"fabrics/{id}/");
        var vlan = (await server.PutAsync($"fabrics/{id}/vlans/0/", ("space", $"{space.Integer("id")}"))).Expect(200).Json;
        var subnet = (await server.PostAsync("subnets/", ("cidr", $"{network}.0/24"), ("vlan", $"{vlan.Integer("id")}"))).Expect(200).Json;
        server.DeleteAtEnd($"subnets/{subnet.Integer("id")}/?force=true");
        return new Lab(server, network)
        {
            Fabric = id, Vlan = vlan.Integer("id"), Subnet = subnet.Integer("id"), Space = space.Text("name"),
        };
    }

    /// <summary>Gives the first interface of a machine an address on the subnet.</summary>
    /// <returns>The number of the interface.</returns>
    public async Task<long> LinkAsync(string systemId, string mode = "STATIC")
    {
        var first = (await _server.GetAsync($"nodes/{systemId}/interfaces/")).Expect(200).Json.List()[0].Integer("id");
        (await _server.PutAsync($"nodes/{systemId}/interfaces/{first}/", ("vlan", $"{Vlan}"))).Expect(200);
        (await _server.PostAsync(
            $"nodes/{systemId}/interfaces/{first}/?op=link_subnet", ("mode", mode), ("subnet", $"{Subnet}"))).Expect(200);
        return first;
    }

    /// <summary>A dynamic range of the subnet.</summary>
    public async Task<long> AddDynamicRangeAsync()
    {
        var range = (await _server.PostAsync(
            "ipranges/",
            ("type", "dynamic"),
            ("start_ip", $"{Network}.100"),
            ("end_ip", $"{Network}.199"),
            ("subnet", $"{Subnet}"))).Expect(200).Json;
        _server.DeleteAtEnd($"ipranges/{range.Integer("id")}/");
        return range.Integer("id");
    }
}
