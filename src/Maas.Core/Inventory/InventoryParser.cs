using System.Text;

namespace Maas.Core.Inventory;

/// <summary>
/// Reads what the built-in script <c>00-maas-inventory</c> prints. The machine may be hostile: nothing it sends throws, and
/// everything has a limit. A record is a line: its kind, then <c>key=value</c> fields, all separated by tabs. Kinds and keys
/// that are not known are passed over, so that an older server understands a newer script.
/// <code>
/// maas-inventory  1
/// cpu   count=4  cores=2  sockets=1  max_mhz=3600  model=…
/// disk  name=sda  size=1000204886016  block=512  rotational=1  removable=0  ro=0  bus=sata  serial=…  model=…
/// end
/// </code>
/// </summary>
public static class InventoryParser
{
    private const int MostBytes = 1024 * 1024;
    private const int MostDisks = 512;
    private const int MostInterfaces = 64;
    private const int MostDevices = 4096;
    private const int MostNodes = 256;

    /// <summary>Reads an inventory.</summary>
    /// <param name="output">The script's standard output.</param>
    /// <param name="hardware">What was read; empty when the answer is <see langword="false"/>.</param>
    /// <param name="error">Why not, in words for the operator, when the answer is <see langword="false"/>.</param>
    public static bool TryParse(ReadOnlySpan<byte> output, out Hardware hardware, out string error)
    {
        hardware = new Hardware();
        if (output.Length > MostBytes)
        {
            error = $"it has {output.Length} bytes; at most {MostBytes} are read";
            return false;
        }

        var reading = new Reading();
        var lines = Encoding.UTF8.GetString(output).Split('\n');
        for (var number = 0; number < lines.Length && !reading.Ended; number++)
        {
            var record = new InventoryRecord(lines[number].TrimEnd('\r'));
            if ((number == 0) != (record.Kind == "maas-inventory"))
            {
                error = number == 0 ? "it does not begin with 'maas-inventory'" : $"line {number + 1} begins another inventory";
                return false;
            }

            reading.Take(record);
            if (record.Fault is { } fault)
            {
                error = $"line {number + 1} ({LogText.From(record.Kind, 32)}): {fault}";
                return false;
            }
        }

        error = reading.FindFault() ?? "";
        if (error.Length > 0) return false;
        hardware = reading.ToHardware();
        return true;
    }

    /// <summary>What was read so far.</summary>
    private sealed class Reading
    {
        private readonly List<Disk> _disks = [];
        private readonly List<NetworkInterface> _interfaces = [];
        private readonly List<NumaNode> _nodes = [];
        private readonly List<PciDevice> _pci = [];
        private readonly List<UsbDevice> _usb = [];
        private Hardware _hardware = new();

        public bool Ended { get; private set; }

        public void Take(InventoryRecord record)
        {
            switch (record.Kind)
            {
                case "end":
                    Ended = true;
                    break;
                case "system":
                    _hardware = _hardware with { Machine = record.Text("machine"), Firmware = Firmware(record.Text("firmware")) };
                    break;
                case "cpu":
                    _hardware = _hardware with { Cpu = Cpu(record) };
                    break;
                case "memory":
                    _hardware = _hardware with { MemoryMiB = record.MiB("kib") };
                    break;
                case "identity":
                    _hardware = _hardware with { Identity = Identity(record) };
                    break;
                case "disk":
                    Add(_disks, MostDisks, Disk(record), record);
                    break;
                case "nic":
                    Add(_interfaces, MostInterfaces, Interface(record), record);
                    break;
                case "numa":
                    Add(_nodes, MostNodes, new NumaNode(record.Int("index"), record.Text("cpus"), record.MiB("kib")), record);
                    break;
                case "pci":
                    Add(_pci, MostDevices,
                        new PciDevice(record.Name("address"), record.Text("class"), record.Text("vendor"), record.Text("product"),
                            record.Text("driver")), record);
                    break;
                case "usb":
                    Add(_usb, MostDevices,
                        new UsbDevice(record.Name("address"), record.Text("vendor"), record.Text("product"), record.Text("name")), record);
                    break;
                default:
                    break;
            }
        }

        public string? FindFault()
        {
            if (!Ended) return "it ends before 'end': the script was cut short";
            if (_hardware.Cpu.Count < 1) return "it tells no processor";
            if (_hardware.MemoryMiB < 1) return "it tells no memory";
            if (_disks.DistinctBy(disk => disk.Name).Count() != _disks.Count) return "two disks have the same name";
            return null;
        }

        public Hardware ToHardware() =>
            _hardware with { Disks = _disks, Interfaces = _interfaces, NumaNodes = _nodes, PciDevices = _pci, UsbDevices = _usb };

        private static void Add<T>(List<T> list, int most, T item, InventoryRecord record)
        {
            if (list.Count == most) record.Fail($"more than {most}");
            else list.Add(item);
        }

        private static FirmwareKind Firmware(string text) => text switch
        {
            "bios" => FirmwareKind.Bios,
            "uefi" => FirmwareKind.Uefi,
            _ => FirmwareKind.Unknown,
        };

        private static Processor Cpu(InventoryRecord record) => new()
        {
            Model = record.Text("model"),
            Count = record.Int("count"),
            Cores = record.Int("cores"),
            Sockets = record.Int("sockets"),
            MaxMhz = record.Int("max_mhz"),
        };

        private static Identity Identity(InventoryRecord record) => new()
        {
            Vendor = record.Text("vendor"),
            Product = record.Text("product"),
            Version = record.Text("version"),
            Serial = record.Text("serial"),
            Uuid = Guid.TryParse(record.Text("uuid"), out var uuid) ? uuid.ToString("D") : "",
            BoardVendor = record.Text("board_vendor"),
            BoardName = record.Text("board_name"),
            FirmwareVendor = record.Text("firmware_vendor"),
            FirmwareVersion = record.Text("firmware_version"),
            FirmwareDate = record.Text("firmware_date"),
            ChassisType = record.Int("chassis_type"),
        };

        private static Disk Disk(InventoryRecord record) => new()
        {
            Name = record.Name("name"),
            Model = record.Text("model"),
            Serial = record.Text("serial"),
            Wwid = record.Text("wwid"),
            Path = record.Text("path"),
            Size = record.Long("size"),
            BlockSize = record.Int("block"),
            Rotational = record.Flag("rotational"),
            Removable = record.Flag("removable"),
            ReadOnly = record.Flag("ro"),
            Bus = record.Text("bus"),
        };

        private static NetworkInterface Interface(InventoryRecord record) => new()
        {
            Name = record.Name("name"),
            MacAddress = record.Mac("mac"),
            SpeedMbps = record.Int("speed"),
            LinkUp = record.Flag("link"),
            Mtu = record.Int("mtu"),
            Driver = record.Text("driver"),
            PciAddress = record.Text("pci"),
            Vendor = record.Text("vendor"),
            Product = record.Text("product"),
        };
    }
}
