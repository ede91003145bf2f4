using System.Globalization;
using System.Text;
using System.Xml;

namespace Maas.Core.Inventory;

/// <summary>
/// An inventory as the XML that <c>lshw -xml</c> prints: what MAAS shows as a machine's details, and what definitions of tags are written
/// against. The root is the machine itself (<c>/node</c>). It has what the inventory tells, under lshw's names, and nothing invented:
/// there are no memory banks, and a PCI device whose vendor has no known name has its number.
/// </summary>
/// <remarks>
/// <code>
/// node class="system"                          vendor, product, version, serial; configuration: uuid, chassis
///   node id="core" class="bus"                 vendor, product
///     node id="firmware" class="memory"        vendor, version, date; capability uefi
///     node id="cpu" class="processor"          product, vendor, size and capacity in Hz; configuration: cores, threads
///     node id="memory" class="memory"          size in bytes
///     node id="pci" class="bridge"             the PCI devices by class: network, display, storage, multimedia, generic …
///     node id="disk" class="disk"              product, serial, logicalname, size in bytes
///     node id="usb" class="generic"
/// </code>
/// Several of a kind are numbered as lshw numbers them: <c>cpu:0</c>, <c>cpu:1</c>.
/// </remarks>
public static class LshwDocument
{
    /// <summary>What MAAS calls the namespace of LLDP neighbors. No inventory has any, so the document has no element of it.</summary>
    internal const string LldpNamespace = "lldp";

    /// <summary>The LLDP neighbors of a machine, as <c>lldpctl -f xml</c> prints them: none.</summary>
    public static ReadOnlyMemory<byte> NoNeighbors { get; } =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<lldp label=\"LLDP neighbors\"></lldp>\n"u8.ToArray();

    /// <summary>Writes the document.</summary>
    /// <param name="hardware">The inventory.</param>
    /// <param name="hostname">The machine's host name, which is the id of the root.</param>
    public static byte[] Write(Hardware hardware, string hostname)
    {
        ArgumentNullException.ThrowIfNull(hardware);
        ArgumentNullException.ThrowIfNull(hostname);
        using var buffer = new MemoryStream();
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" };
        using (var xml = XmlWriter.Create(buffer, settings)) new Writing(xml).Machine(hardware, hostname);
        return buffer.ToArray();
    }

    /// <summary>The ids that lshw gives siblings of one kind.</summary>
    private static string IdOf(string kind, int index, int count) =>
        count == 1 ? kind : string.Create(CultureInfo.InvariantCulture, $"{kind}:{index}");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private readonly struct Writing(XmlWriter xml)
    {
        public void Machine(Hardware hardware, string hostname)
        {
            var identity = hardware.Identity;
            Begin(hostname, "system", identity.ChassisType is 8 or 9 or 10 or 14 ? "Notebook" : "Computer");
            Maker(identity.Product, identity.Vendor, identity.Version, identity.Serial);
            if (Width(hardware.Machine) is { } width) Quantity("width", width, "bits");
            Settings(("chassis", Chassis(identity.ChassisType)), ("uuid", identity.Uuid));
            Begin("core", "bus", "Motherboard");
            Maker(identity.BoardName, identity.BoardVendor);
            Firmware(hardware);
            Processors(hardware);
            Begin("memory", "memory", "System Memory");
            Quantity("size", hardware.MemoryMiB * 1024L * 1024, "bytes");
            xml.WriteEndElement();
            Devices(hardware);
            for (var index = 0; index < hardware.Disks.Count; index++) Disk(hardware.Disks[index], index, hardware.Disks.Count);
            for (var index = 0; index < hardware.UsbDevices.Count; index++)
                Usb(hardware.UsbDevices[index], index, hardware.UsbDevices.Count);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        private void Firmware(Hardware hardware)
        {
            Begin("firmware", "memory", "BIOS");
            Maker("", hardware.Identity.FirmwareVendor, hardware.Identity.FirmwareVersion);
            Text("date", hardware.Identity.FirmwareDate);
            if (hardware.Firmware == FirmwareKind.Uefi) Capabilities(("uefi", "UEFI specification is supported"));
            xml.WriteEndElement();
        }

        private void Processors(Hardware hardware)
        {
            var cpu = hardware.Cpu;
            var sockets = Math.Clamp(cpu.Sockets, 1, 256);
            for (var index = 0; index < sockets; index++)
            {
                Begin(IdOf("cpu", index, sockets), "processor", "CPU");
                Maker(cpu.Model, PciVendors.OfProcessor(cpu.Model));
                if (cpu.MaxMhz > 0)
                {
                    Quantity("size", cpu.MaxMhz * 1_000_000L, "Hz");
                    Quantity("capacity", cpu.MaxMhz * 1_000_000L, "Hz");
                }

                if (Width(hardware.Machine) is { } width) Quantity("width", width, "bits");
                var cores = cpu.Cores > 0 ? Number(cpu.Cores / sockets) : "";
                Settings(("cores", cores), ("enabledcores", cores), ("threads", cpu.Count > 0 ? Number(cpu.Count / sockets) : ""));
                if (hardware.Machine == "x86_64") Capabilities(("x86-64", "64bits extensions (x86-64)"));
                xml.WriteEndElement();
            }
        }

        private void Devices(Hardware hardware)
        {
            var interfaces = hardware.Interfaces.Where(each => each.PciAddress.Length > 0)
                .GroupBy(each => each.PciAddress, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
            var devices = hardware.PciDevices.ToList();
            // An interface whose device was not listed is shown all the same.
            var listed = devices.Select(device => device.Address).ToHashSet(StringComparer.Ordinal);
            foreach (var missing in interfaces.Values.Where(each => !listed.Contains(each.PciAddress)))
                devices.Add(new PciDevice(missing.PciAddress, "020000", missing.Vendor, missing.Product, missing.Driver));
            var counts = devices.CountBy(device => ClassOf(device.Class).Id).ToDictionary(StringComparer.Ordinal);
            var seen = new Dictionary<string, int>(StringComparer.Ordinal);
            Begin("pci", "bridge", "Host bridge");
            foreach (var device in devices)
            {
                var (id, kind, description) = ClassOf(device.Class);
                var index = seen.GetValueOrDefault(id);
                seen[id] = index + 1;
                Begin(IdOf(id, index, counts[id]), kind, description);
                Maker(device.Product.Length > 0 ? $"[{device.Vendor}:{device.Product}]" : "", PciVendors.NameOf(device.Vendor));
                Text("businfo", "pci@" + device.Address);
                if (interfaces.Remove(device.Address, out var card)) Interface(card);
                else Settings(("driver", device.Driver));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
            var others = hardware.Interfaces.Where(each => each.PciAddress.Length == 0).ToList();
            for (var index = 0; index < others.Count; index++)
            {
                Begin(IdOf("network", index, others.Count), "network", "Ethernet interface");
                Interface(others[index]);
                xml.WriteEndElement();
            }
        }

        private void Interface(NetworkInterface card)
        {
            Text("logicalname", card.Name);
            Text("serial", card.MacAddress.ToString());
            if (card.SpeedMbps > 0)
            {
                Quantity("size", card.SpeedMbps * 1_000_000L, "bit/s");
                Quantity("capacity", card.SpeedMbps * 1_000_000L, "bit/s");
            }

            var speed = card.SpeedMbps % 1000 == 0 ? $"{card.SpeedMbps / 1000}Gbit/s" : $"{card.SpeedMbps}Mbit/s";
            Settings(
                ("driver", card.Driver), ("link", card.LinkUp ? "yes" : "no"), ("mtu", Number(card.Mtu)),
                ("speed", card.SpeedMbps > 0 ? speed : ""));
            Capabilities(("ethernet", ""), ("physical", "Physical interface"));
        }

        private void Disk(Disk disk, int index, int count)
        {
            Begin(IdOf("disk", index, count), "disk", disk.Bus.Length > 0 ? disk.Bus.ToUpperInvariant() + " Disk" : "Disk");
            Text("product", disk.Model);
            Text("logicalname", "/dev/" + disk.Name);
            Text("serial", disk.Serial);
            Text("businfo", disk.Path);
            Quantity("size", disk.Size, "bytes");
            Settings(
                ("logicalsectorsize", Number(disk.BlockSize)), ("bus", disk.Bus), ("wwid", disk.Wwid),
                ("rotational", disk.Rotational ? "yes" : "no"), ("readonly", disk.ReadOnly ? "yes" : "no"));
            if (disk.Removable) Capabilities(("removable", "support is removable"));
            xml.WriteEndElement();
        }

        private void Usb(UsbDevice device, int index, int count)
        {
            Begin(IdOf("usb", index, count), "generic", device.Name.Length > 0 ? device.Name : "USB device");
            Maker($"[{device.Vendor}:{device.Product}]", "");
            Text("businfo", "usb@" + device.Address);
            xml.WriteEndElement();
        }

        private void Begin(string id, string kind, string description)
        {
            xml.WriteStartElement("node");
            xml.WriteAttributeString("id", Clean(id));
            xml.WriteAttributeString("claimed", "true");
            xml.WriteAttributeString("class", kind);
            Text("description", description);
        }

        private void Maker(string product, string vendor, string version = "", string serial = "")
        {
            Text("product", product);
            Text("vendor", vendor);
            Text("version", version);
            Text("serial", serial);
        }

        private void Text(string name, string value)
        {
            if (value.Length > 0) xml.WriteElementString(name, Clean(value));
        }

        private void Quantity(string name, long value, string units)
        {
            xml.WriteStartElement(name);
            xml.WriteAttributeString("units", units);
            xml.WriteString(Number(value));
            xml.WriteEndElement();
        }

        private void Settings(params ReadOnlySpan<(string Id, string Value)> settings)
        {
            xml.WriteStartElement("configuration");
            foreach (var (id, value) in settings)
            {
                if (value.Length == 0) continue;
                xml.WriteStartElement("setting");
                xml.WriteAttributeString("id", id);
                xml.WriteAttributeString("value", Clean(value));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        private void Capabilities(params ReadOnlySpan<(string Id, string Description)> capabilities)
        {
            xml.WriteStartElement("capabilities");
            foreach (var (id, description) in capabilities)
            {
                xml.WriteStartElement("capability");
                xml.WriteAttributeString("id", id);
                if (description.Length > 0) xml.WriteString(description);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        // U+FFFE, U+FFFF and control characters are no characters of XML 1.0.
        private static string Clean(string text)
        {
            if (text.All(letter => XmlConvert.IsXmlChar(letter))) return text;
            var clean = new StringBuilder(text.Length);
            foreach (var rune in text.EnumerateRunes())
                clean.Append(rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString());
            return clean.ToString();
        }

        private static int? Width(string machine) => machine switch
        {
            "" => null,
            "x86_64" or "aarch64" or "ppc64le" or "riscv64" or "s390x" => 64,
            _ => 32,
        };

        /// <summary>SMBIOS 3.7 section 7.4.1.</summary>
        private static string Chassis(int type) => type switch
        {
            3 => "desktop", 4 => "low-profile", 6 => "mini-tower", 7 => "tower", 8 => "portable", 9 => "laptop", 10 => "notebook",
            11 => "handheld", 13 => "all-in-one", 14 => "sub-notebook", 17 => "server", 23 => "rackmount", 28 => "blade",
            35 => "mini", _ => "",
        };

        /// <summary>lshw's id, class and description of a PCI class (PCI Code and ID Assignment, section 1).</summary>
        private static (string Id, string Class, string Description) ClassOf(string code) => (code.Length >= 4 ? code[..4] : "") switch
        {
            ['0', '1', ..] => ("storage", "storage", "Mass storage controller"),
            "0200" => ("network", "network", "Ethernet interface"),
            ['0', '2', ..] or "0d20" or "0d21" or "0d80" or "0280" => ("network", "network", "Network controller"),
            ['0', '3', ..] => ("display", "display", "Display controller"),
            ['0', '4', ..] => ("multimedia", "multimedia", "Multimedia controller"),
            ['0', '5', ..] => ("memory", "memory", "Memory controller"),
            ['0', '6', ..] => ("bridge", "bridge", "Bridge"),
            ['0', '7', ..] => ("communication", "communication", "Communication controller"),
            ['0', '9', ..] => ("input", "input", "Input device controller"),
            "0c03" => ("usb", "bus", "USB controller"),
            ['0', 'c', ..] => ("serial", "bus", "Serial bus controller"),
            ['1', '2', ..] => ("processing", "generic", "Processing accelerators"),
            _ => ("generic", "generic", "Unassigned class"),
        };
    }
}
