using System.Net;

namespace Maas.Dashboard.Networks;

/// <summary>Addresses as users type them.</summary>
internal static class AddressText
{
    /// <summary>Reads an address; <see langword="null"/> for an empty text.</summary>
    /// <returns>What is wrong; <see langword="null"/> when nothing is.</returns>
    public static string? Read(string field, string text, out IPAddress? address)
    {
        address = null;
        return text.Trim() is not { Length: > 0 } word || IPAddress.TryParse(word, out address)
            ? null
            : $"{field}: {word} is no IP address.";
    }

    /// <summary>Reads an address that must be there.</summary>
    public static string? Require(string field, string text, out IPAddress address)
    {
        var reason = Read(field, text, out var read);
        address = read ?? IPAddress.None;
        return reason ?? (read is null ? $"{field}: This field is required." : null);
    }

    /// <summary>Reads addresses with blanks or commas between them.</summary>
    public static string? ReadAll(string field, string text, out IReadOnlyList<IPAddress> addresses)
    {
        List<IPAddress> all = [];
        addresses = all;
        foreach (var word in text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (Read(field, word, out var address) is { } reason) return reason;
            if (address is not null) all.Add(address);
        }

        return null;
    }
}
