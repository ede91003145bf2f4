using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi.Records;

/// <summary>What a field replaceable unit says of itself (Platform Management FRU Information Storage Definition 1.0).</summary>
/// <param name="Chassis">The chassis; null when the unit has no such area.</param>
/// <param name="Board">The board; null when the unit has no such area.</param>
/// <param name="Product">The product; null when the unit has no such area.</param>
public sealed record IpmiInventory(IpmiChassisInfo? Chassis, IpmiBoardInfo? Board, IpmiProductInfo? Product)
{
    private const int Unit = 8;

    // Minutes since then.
    private static readonly DateTimeOffset FirstBoardDate = new(1996, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static bool TryParse(ReadOnlySpan<byte> fru, out IpmiInventory? inventory)
    {
        inventory = null;
        var reader = new IpmiReader(fru);
        var version = reader.ReadByte() & 0x0f;
        reader.Skip(1);
        var (chassis, board, product) = (reader.ReadByte(), reader.ReadByte(), reader.ReadByte());
        if (reader.Failed || version != 1) return false;
        inventory = new IpmiInventory(ReadChassis(Area(fru, chassis)), ReadBoard(Area(fru, board)), ReadProduct(Area(fru, product)));
        return true;
    }

    private static ReadOnlySpan<byte> Area(ReadOnlySpan<byte> fru, byte offset)
    {
        var start = offset * Unit;
        if (offset == 0 || start + 2 > fru.Length) return default;
        var length = fru[start + 1] * Unit;
        return fru.Slice(start, Math.Min(length, fru.Length - start));
    }

    private static IpmiChassisInfo? ReadChassis(ReadOnlySpan<byte> area)
    {
        var reader = new IpmiReader(area);
        reader.Skip(2);
        var type = reader.ReadByte();
        if (reader.Failed) return null;
        return new IpmiChassisInfo(type, PartNumber: Text(ref reader), SerialNumber: Text(ref reader));
    }

    private static IpmiBoardInfo? ReadBoard(ReadOnlySpan<byte> area)
    {
        var reader = new IpmiReader(area);
        reader.Skip(3);
        var minutes = reader.ReadUInt16() | reader.ReadByte() << 16;
        if (reader.Failed) return null;
        return new IpmiBoardInfo(
            Manufactured: minutes == 0 ? null : FirstBoardDate.AddMinutes(minutes),
            Manufacturer: Text(ref reader),
            Name: Text(ref reader),
            SerialNumber: Text(ref reader),
            PartNumber: Text(ref reader));
    }

    private static IpmiProductInfo? ReadProduct(ReadOnlySpan<byte> area)
    {
        var reader = new IpmiReader(area);
        reader.Skip(3);
        if (reader.Failed) return null;
        return new IpmiProductInfo(
            Manufacturer: Text(ref reader),
            Name: Text(ref reader),
            PartNumber: Text(ref reader),
            Version: Text(ref reader),
            SerialNumber: Text(ref reader),
            AssetTag: Text(ref reader));
    }

    // The end of an area ends all that follows.
    private static string Text(ref IpmiReader reader)
    {
        var text = TypeLengthText.Read(ref reader);
        if (text is null) reader.ReadRest();
        return text ?? "";
    }
}

/// <summary>A chassis. Texts are empty where the unit has none.</summary>
/// <param name="Type">The kind of chassis, as in SMBIOS.</param>
/// <param name="PartNumber">Part number.</param>
/// <param name="SerialNumber">Serial number.</param>
public sealed record IpmiChassisInfo(byte Type, string PartNumber, string SerialNumber);

/// <summary>A board. Texts are empty where the unit has none.</summary>
/// <param name="Manufactured">When it was made; null when that is not known.</param>
/// <param name="Manufacturer">Maker.</param>
/// <param name="Name">Name.</param>
/// <param name="SerialNumber">Serial number.</param>
/// <param name="PartNumber">Part number.</param>
public sealed record IpmiBoardInfo(DateTimeOffset? Manufactured, string Manufacturer, string Name, string SerialNumber, string PartNumber);

/// <summary>A product. Texts are empty where the unit has none.</summary>
/// <param name="Manufacturer">Maker.</param>
/// <param name="Name">Name.</param>
/// <param name="PartNumber">Part or model number.</param>
/// <param name="Version">Version.</param>
/// <param name="SerialNumber">Serial number.</param>
/// <param name="AssetTag">The owner's number of the asset.</param>
public sealed record IpmiProductInfo(
    string Manufacturer, string Name, string PartNumber, string Version, string SerialNumber, string AssetTag);
