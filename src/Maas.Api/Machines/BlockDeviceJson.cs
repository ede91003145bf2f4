using System.Globalization;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Inventory;

namespace Maas.Api.Machines;

/// <summary>A disk as API 2.0 shows it. Its id is the machine's number and its place, as with <see cref="InterfaceJson"/>.</summary>
internal sealed record BlockDeviceJson(SystemId Machine, long Id, bool IsBootDisk, Disk Disk)
{
    private const int PlacesPerMachine = 1024;

    /// <summary>The disks a system could be installed to: CD drives and card readers are none.</summary>
    public static IReadOnlyList<BlockDeviceJson> Of(Machine machine)
    {
        var disks = (machine.Hardware?.Disks ?? []).Take(PlacesPerMachine)
            .Select((disk, place) => (Disk: disk, Id: (machine.Number * PlacesPerMachine) + place))
            .Where(each => each.Disk is { Removable: false, ReadOnly: false })
            .ToList();
        var boot = machine.EffectiveBootDisk;
        return [.. disks.Select(each =>
            new BlockDeviceJson(machine.Id, each.Id, boot is not null && each.Disk.Name == boot.Name, each.Disk))];
    }

    public void Write(Utf8JsonWriter json, Links links)
    {
        json.WriteStartObject();
        json.WriteNumber("id", Id);
        json.WriteString("system_id", Machine.ToString());
        json.WriteString("name", Disk.Name);
        json.WriteString("type", "physical");
        json.WriteString("path", $"/dev/disk/by-dname/{Disk.Name}");
        json.WriteString("id_path", Disk.Serial.Length == 0 ? $"/dev/{Disk.Name}" : null);
        json.WriteString("model", Disk.Model);
        json.WriteString("serial", Disk.Serial);
        json.WriteNull("uuid");
        json.WriteNumber("size", Disk.Size);
        json.WriteNumber("used_size", 0);
        json.WriteNumber("available_size", Disk.Size);
        json.WriteNumber("block_size", Disk.BlockSize);
        json.WriteString("used_for", "Unused");
        json.WriteNull("filesystem");
        json.WriteNull("partition_table_type");
        json.WriteEmptyLists("partitions");
        json.WriteString("firmware_version", "");
        json.WriteNull("storage_pool");
        json.WriteNumber("numa_node", 0);
        json.WriteTexts("tags", [Disk.Rotational ? "rotary" : "ssd"]);
        json.WriteString("resource_uri", links.Api("nodes", Machine.ToString(), "blockdevices", Id.ToString(CultureInfo.InvariantCulture)));
        json.WriteEndObject();
    }
}
