using System.Text;
using Maas.Power.Ipmi.Wire;

namespace Maas.Testing.Controllers;

/// <summary>The inventory of a simulated machine, in the format of field replaceable units (FRU specification 1.0).</summary>
internal static class FruImage
{
    private const byte English = 25;
    private const byte EndOfFields = 0xc1;

    public static byte[] Build(string manufacturer, string model, string serialNumber)
    {
        var board = Area([1, 0, English, 0x40, 0x42, 0x0f], [manufacturer, $"{model} board", serialNumber, "BRD-1", ""]);
        var product = Area([1, 0, English], [manufacturer, model, "PRD-1", "1.0", serialNumber, ""]);
        byte[] header = [1, 0, 0, 1, (byte)(1 + (board.Length / 8)), 0, 0, 0];
        header[7] = LanMessage.Checksum(header.AsSpan(0, 7));
        return [.. header, .. board, .. product];
    }

    private static byte[] Area(byte[] head, IEnumerable<string> fields)
    {
        List<byte> area = [.. head];
        foreach (var field in fields)
        {
            var text = Encoding.ASCII.GetBytes(field);
            area.Add((byte)(0xc0 | Math.Min(text.Length, 0x3f)));
            area.AddRange(text.Take(0x3f));
        }

        area.Add(EndOfFields);
        while (area.Count % 8 != 7) area.Add(0);
        area[1] = (byte)((area.Count + 1) / 8);
        area.Add(LanMessage.Checksum([.. area]));
        return [.. area];
    }
}
