using System.Text.Json;

namespace Maas.Conformance;

/// <summary>
/// What the Go clients demand of an object: a member that is absent, or has another type, is an error there. A question mark after the
/// name allows null and absence.
/// </summary>
internal static class GoSchemas
{
    public static void Version(JsonElement json) => Demand(json, "capabilities:texts version:text subversion:text");

    public static void Machine(JsonElement json)
    {
        Demand(
            json,
            "resource_uri:text system_id:text hostname:text fqdn:text tag_names:texts owner_data:map osystem:text distro_series:text "
            + "architecture?:text memory:integer cpu_count:integer hardware_info?:map ip_addresses:texts power_state:text status_name:text "
            + "status_message?:text boot_interface?:object interface_set:list zone:object pool?:object physicalblockdevice_set:list "
            + "blockdevice_set:list swap_size?:integer cpu_speed?:integer storage:number status:integer locked:switch netboot:switch "
            + "power_type:text node_type:integer domain:object default_gateways:object");
        Named(json.Member("zone"));
        Domain(json.Member("domain"));
        foreach (var each in json.List("interface_set")) Interface(each);
        foreach (var each in json.List("blockdevice_set")) BlockDevice(each);
        foreach (var each in json.List("physicalblockdevice_set")) BlockDevice(each);
        if (json.Member("boot_interface") is { ValueKind: JsonValueKind.Object } boot)
            Check.That(
                json.List("interface_set").Any(each => each.Integer("id") == boot.Integer("id")), "boot_interface is in interface_set");
    }

    public static void Device(JsonElement json)
    {
        Demand(
            json,
            "resource_uri:text system_id:text hostname:text fqdn:text parent?:text owner?:text ip_addresses:texts interface_set:list "
            + "zone:object pool?:object");
        foreach (var each in json.List("interface_set")) Interface(each);
    }

    public static void Interface(JsonElement json)
    {
        Demand(
            json,
            "resource_uri:text id:integer name:text type:text enabled:switch tags?:texts vlan?:object links:list mac_address?:text "
            + "effective_mtu:integer parents:texts children:texts");
        var parameters = json.Member("params");
        Check.That(
            parameters.ValueKind == JsonValueKind.Object || parameters.GetRawText() == "\"\"",
            $"params is an object or \"\", not {parameters}");
        if (json.Member("vlan") is { ValueKind: JsonValueKind.Object } vlan) Vlan(vlan);
        foreach (var link in json.List("links"))
        {
            Demand(link, "id:integer mode:text subnet?:object ip_address?:text");
            if (link.TryGetProperty("subnet", out var subnet) && subnet.ValueKind == JsonValueKind.Object) Subnet(subnet);
        }
    }

    public static void Vlan(JsonElement json) => Demand(
        json,
        "id:integer resource_uri:text name?:text fabric:text vid:integer mtu:integer dhcp_on:switch primary_rack?:text "
        + "secondary_rack?:text relay_vlan?:object");

    public static void Subnet(JsonElement json)
    {
        Demand(json, "resource_uri:text id:integer name:text space:text gateway_ip?:text cidr:text vlan:object dns_servers?:texts");
        Vlan(json.Member("vlan"));
    }

    public static void Fabric(JsonElement json)
    {
        Demand(json, "resource_uri:text id:integer name:text class_type?:text vlans:list");
        foreach (var each in json.List("vlans")) Vlan(each);
    }

    public static void Space(JsonElement json)
    {
        Demand(json, "resource_uri:text id:integer name:text subnets:list");
        foreach (var each in json.List("subnets")) Subnet(each);
    }

    public static void StaticRoute(JsonElement json)
    {
        Demand(json, "resource_uri:text id:integer source:object destination:object gateway_ip:text metric:integer");
        Subnet(json.Member("source"));
        Subnet(json.Member("destination"));
    }

    public static void Named(JsonElement json) => Demand(json, "name:text description:text resource_uri:text");

    public static void Domain(JsonElement json) =>
        Demand(json, "id:integer name:text authoritative:switch resource_record_count:integer ttl?:integer resource_uri:text");

    public static void Tag(JsonElement json) => Demand(json, "resource_uri:text name:text comment:text definition:text kernel_opts:text");

    public static void BootResource(JsonElement json) =>
        Demand(json, "resource_uri:text id:integer name:text type:text architecture:text subarches:text");

    public static void BlockDevice(JsonElement json)
    {
        Demand(
            json,
            "resource_uri:text id:integer uuid?:text name:text model?:text id_path?:text path:text used_for:text tags:texts "
            + "block_size:integer used_size:integer size:integer available_size:integer filesystem?:object partitions:list");
        foreach (var each in json.List("partitions")) Partition(each);
    }

    public static void Partition(JsonElement json)
    {
        Demand(json, "resource_uri:text id:integer path:text uuid?:text used_for:text size:integer tags:texts filesystem?:object");
        if (json.Member("filesystem") is { ValueKind: JsonValueKind.Object } system)
            Demand(system, "fstype:text uuid:text mount_point?:text label?:text");
    }

    private static void Demand(JsonElement json, string members)
    {
        foreach (var (name, type) in members.Split(' ').Select(each => each.Split(':')).Select(each => (each[0], each[1])))
        {
            var optional = name.EndsWith('?');
            var member = name.TrimEnd('?');
            if (optional && (!json.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null)) continue;
            var found = json.Member(member);
            Check.That(Is(found, type), $"{member} is {found.GetRawText()}, not a {type}");
        }
    }

    private static bool Is(JsonElement json, string type) => type switch
    {
        "text" => json.ValueKind == JsonValueKind.String,
        "integer" => json.ValueKind == JsonValueKind.Number && json.GetRawText().All(each => each == '-' || char.IsAsciiDigit(each)),
        "number" => json.ValueKind == JsonValueKind.Number,
        "switch" => json.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "object" => json.ValueKind == JsonValueKind.Object,
        "list" => json.ValueKind == JsonValueKind.Array,
        "texts" => json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(each => each.ValueKind == JsonValueKind.String),
        "map" => json.ValueKind == JsonValueKind.Object
            && json.EnumerateObject().All(each => each.Value.ValueKind == JsonValueKind.String),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
