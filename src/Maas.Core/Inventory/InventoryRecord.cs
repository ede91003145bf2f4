using System.Globalization;

namespace Maas.Core.Inventory;

/// <summary>One line of an inventory. The first field that makes no sense is remembered; reading goes on harmlessly.</summary>
internal sealed class InventoryRecord
{
    private const int LongestText = 200;
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    public InventoryRecord(string line)
    {
        var parts = line.Split('\t', 64);
        Kind = parts[0];
        foreach (var part in parts.AsSpan(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) _fields.TryAdd(part[..equals], part[(equals + 1)..]);
        }
    }

    public string Kind { get; }

    public string? Fault { get; private set; }

    /// <summary>A text without control characters, bounded; empty when it is not there.</summary>
    public string Text(string key) => LogText.From(_fields.GetValueOrDefault(key, ""), LongestText);

    /// <summary>A name of the kernel's; it must be there, and may become part of a path.</summary>
    public string Name(string key)
    {
        var name = _fields.GetValueOrDefault(key, "");
        if (name.Length is 0 or > 64 || name is "." or ".."
            || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || "._:!-@".Contains(letter, StringComparison.Ordinal)))
            Fail($"{key} is not a name");
        return name;
    }

    /// <summary>A number of 0 or more; 0 when it is not there.</summary>
    public long Long(string key)
    {
        if (!_fields.TryGetValue(key, out var text) || text.Length == 0) return 0;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        Fail($"{key} is not a number");
        return 0;
    }

    public int Int(string key)
    {
        var number = Long(key);
        if (number <= int.MaxValue) return (int)number;
        Fail($"{key} is out of range");
        return 0;
    }

    /// <summary>Whole MiB of a number in KiB.</summary>
    public int MiB(string key)
    {
        var number = Long(key) / 1024;
        if (number <= int.MaxValue) return (int)number;
        Fail($"{key} is out of range");
        return 0;
    }

    public bool Flag(string key) => Long(key) != 0;

    public MacAddress Mac(string key)
    {
        if (!MacAddress.TryParse(_fields.GetValueOrDefault(key, ""), out var address)) Fail($"{key} is not an Ethernet address");
        return address;
    }

    public void Fail(string fault) => Fault ??= fault;
}
