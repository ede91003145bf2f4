namespace Maas.Boot.Dhcp4.Wire;

/// <summary>The user classes of option 77 (RFC 3004): what a client says it is, as opaque octets, each behind its length.</summary>
/// <remarks>
/// iPXE and some UEFI firmware send one class as bare text, without the length. What is not well-formed is read as that.
/// <code>
/// UC length (1)  class  UC length (1)  class  ...      RFC 3004 section 4
/// </code>
/// </remarks>
public static class UserClass
{
    /// <summary>Writes classes as the option's value.</summary>
    /// <exception cref="ArgumentException">A class is empty or longer than 255 octets.</exception>
    public static void Set(DhcpOptions options, IReadOnlyList<ReadOnlyMemory<byte>> classes)
    {
        if (classes.Any(c => c.Length is 0 or > 255)) throw new ArgumentException("A user class has 1 to 255 octets.", nameof(classes));
        var value = options.Reserve(DhcpOptionCode.UserClass, classes.Sum(c => 1 + c.Length));
        foreach (var name in classes)
        {
            value[0] = (byte)name.Length;
            name.Span.CopyTo(value[1..]);
            value = value[(1 + name.Length)..];
        }
    }

    /// <summary>Reads the option's value; one class of all its octets when it is not well-formed.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Parse(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return [];
        var classes = new List<ReadOnlyMemory<byte>>();
        for (var rest = value; !rest.IsEmpty; rest = rest[(1 + rest[0])..])
        {
            if (rest[0] == 0 || rest[0] >= rest.Length) return [value.ToArray()];
            classes.Add(rest.Slice(1, rest[0]).ToArray());
        }

        return classes;
    }

    /// <summary>Whether the sender is of a class, written well-formed or bare; without allocating.</summary>
    internal static bool Has(DhcpMessage message, ReadOnlySpan<byte> name)
    {
        var value = message.Options.Get(DhcpOptionCode.UserClass);
        if (value.SequenceEqual(name)) return true;
        while (value.Length > 1 && value[0] <= value.Length - 1)
        {
            if (value.Slice(1, value[0]).SequenceEqual(name)) return true;
            value = value[(1 + value[0])..];
        }

        return false;
    }
}
