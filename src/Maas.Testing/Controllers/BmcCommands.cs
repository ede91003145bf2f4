using System.Buffers.Binary;
using Maas.Power.Ipmi.Wire;

namespace Maas.Testing.Controllers;

/// <summary>The commands of a simulated controller: what they do, and the completion code and data that they answer.</summary>
internal sealed class BmcCommands(SimulatedBmcOptions options, SimulatedChassis chassis)
{
    private const byte Operator = 3;
    private const byte BootFlags = 5;
    private const byte LongestRead = 32;

    private readonly List<byte[]> _log =
    [
        LogEntry(1, 0x12, 0x01, 0x6f, [0x01, 0xff, 0xff]),
        LogEntry(2, 0x01, 0x02, 0x01, [0x57, 0x60, 0x55]),
    ];
    private readonly byte[] _inventory = FruImage.Build(options.Manufacturer, options.Model, options.SerialNumber);
    private byte[] _bootFlags = new byte[5];
    private ushort _reservation;

    public byte[] Respond(IpmiCommand command, ReadOnlySpan<byte> data, byte privilege) => command switch
    {
        _ when command == IpmiCommand.GetDeviceId => [0, 0x20, 0x01, 0x02, 0x34, 0x02, 0xbf, 0xf2, 0x1b, 0x00, 0x01, 0x00, 0, 0, 0, 0],
        _ when command == IpmiCommand.GetSystemGuid => [0, .. options.Uuid.ToByteArray()],
        _ when command == IpmiCommand.GetChassisStatus => [0, (byte)(chassis.IsOn ? 0x61 : 0x60), 0, 0],
        _ when command == IpmiCommand.ChassisControl => privilege < Operator ? [CompletionCode.InsufficientPrivilege] : Control(data),
        _ when command == IpmiCommand.ChassisIdentify => [0],
        _ when command == IpmiCommand.SetBootOptions => privilege < Operator ? [CompletionCode.InsufficientPrivilege] : SetBoot(data),
        _ when command == IpmiCommand.GetBootOptions => data is [BootFlags, ..] ? [0, 1, BootFlags, .. _bootFlags] : [0x80],
        _ when command == IpmiCommand.GetSdrRepositoryInfo =>
            [0, 0x51, (byte)options.Sensors.Count, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x22],
        _ when command == IpmiCommand.ReserveSdrRepository || command == IpmiCommand.ReserveSel => Reserve(),
        _ when command == IpmiCommand.GetSdr => GetSdr(data),
        _ when command == IpmiCommand.GetSensorReading => GetReading(data),
        _ when command == IpmiCommand.GetSelInfo => [0, 0x51, (byte)_log.Count, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0x02],
        _ when command == IpmiCommand.GetSelEntry => GetLogEntry(data),
        _ when command == IpmiCommand.ClearSel => ClearLog(data),
        _ when command == IpmiCommand.GetFruAreaInfo =>
            data is [0, ..] ? [0, (byte)_inventory.Length, (byte)(_inventory.Length >> 8), 0] : [CompletionCode.NotPresent],
        _ when command == IpmiCommand.ReadFru => ReadInventory(data),
        _ => [CompletionCode.InvalidCommand],
    };

    private byte[] Control(ReadOnlySpan<byte> data)
    {
        var name = data is not [var control, ..] ? null : (control & 0x0f) switch
        {
            0 => "off",
            1 => "on",
            2 => "cycle",
            3 => "reset",
            5 => "shutdown",
            _ => null,
        };
        if (name is null) return [CompletionCode.InvalidField];
        chassis.Switch(name);
        return [0];
    }

    private byte[] SetBoot(ReadOnlySpan<byte> data)
    {
        if (data.Length == 0) return [CompletionCode.InvalidLength];
        if ((data[0] & 0x7f) != BootFlags) return [0];
        if (data.Length < 6) return [CompletionCode.InvalidLength];
        _bootFlags = data.Slice(1, 5).ToArray();
        var device = (_bootFlags[1] >> 2 & 0x0f) switch
        {
            1 => "pxe",
            2 or 3 => "disk",
            5 => "cdrom",
            6 => "setup",
            var other => $"{other}",
        };
        chassis.BootChoice = (_bootFlags[0] & 0x80) == 0 || device == "0"
            ? null
            : new SimulatedBootChoice(device, IsUefi: (_bootFlags[0] & 0x20) != 0, IsPersistent: (_bootFlags[0] & 0x40) != 0);
        return [0];
    }

    private byte[] Reserve()
    {
        _reservation++;
        return [0, (byte)_reservation, (byte)(_reservation >> 8)];
    }

    private byte[] GetSdr(ReadOnlySpan<byte> data)
    {
        if (data.Length < 6) return [CompletionCode.InvalidLength];
        var (reservation, id) = (BinaryPrimitives.ReadUInt16LittleEndian(data), BinaryPrimitives.ReadUInt16LittleEndian(data[2..]));
        if (data[4] != 0 && reservation != _reservation) return [CompletionCode.ReservationCancelled];
        if (id >= options.Sensors.Count) return [CompletionCode.NotPresent];
        var record = options.Sensors[id].Record(id, (byte)(id + 1));
        if (data[5] != 0xff && data[5] > LongestRead) return [CompletionCode.CannotReturnThatMany];
        var next = id + 1 == options.Sensors.Count ? 0xffff : id + 1;
        return [0, (byte)next, (byte)(next >> 8), .. record.Skip(data[4]).Take(data[5])];
    }

    private byte[] GetReading(ReadOnlySpan<byte> data)
    {
        if (data is not [var number, ..] || number == 0 || number > options.Sensors.Count) return [CompletionCode.NotPresent];
        var sensor = options.Sensors[number - 1];
        return [0, sensor.Raw, (byte)(sensor.Value is null ? 0x60 : 0xc0), 0xc0];
    }

    private byte[] GetLogEntry(ReadOnlySpan<byte> data)
    {
        if (data.Length < 6) return [CompletionCode.InvalidLength];
        var id = BinaryPrimitives.ReadUInt16LittleEndian(data[2..]);
        var index = id switch
        {
            0 => 0,
            0xffff => _log.Count - 1,
            _ => id - 1,
        };
        if (index < 0 || index >= _log.Count) return [CompletionCode.NotPresent];
        var next = index + 1 == _log.Count ? 0xffff : index + 2;
        return [0, (byte)next, (byte)(next >> 8), .. _log[index].Skip(data[4]).Take(data[5])];
    }

    private byte[] ClearLog(ReadOnlySpan<byte> data)
    {
        if (data.Length < 6 || !data.Slice(2, 3).SequenceEqual("CLR"u8)) return [CompletionCode.InvalidField];
        if (data[5] == 0xaa) _log.Clear();
        return [0, 1];
    }

    private byte[] ReadInventory(ReadOnlySpan<byte> data)
    {
        if (data.Length < 4) return [CompletionCode.InvalidLength];
        if (data[0] != 0) return [CompletionCode.NotPresent];
        if (data[3] > LongestRead) return [CompletionCode.CannotReturnThatMany];
        var bytes = _inventory.Skip(BinaryPrimitives.ReadUInt16LittleEndian(data[1..])).Take(data[3]).ToArray();
        return [0, (byte)bytes.Length, .. bytes];
    }

    private static byte[] LogEntry(ushort id, byte sensorType, byte sensor, byte eventType, byte[] data)
    {
        var entry = new byte[16];
        (entry[0], entry[1], entry[2]) = ((byte)id, (byte)(id >> 8), 0x02);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(3), 1_780_000_000u + id);
        (entry[7], entry[9], entry[10], entry[11], entry[12]) = (0x20, 0x04, sensorType, sensor, eventType);
        data.CopyTo(entry, 13);
        return entry;
    }
}
