using System.Text.RegularExpressions;

namespace Maas.Core.Nodes;

/// <summary>What the description of a node of any type may be.</summary>
internal static partial class NodeRules
{
    /// <summary>Tags a node may have.</summary>
    public const int MostTags = 256;

    /// <summary>Characters of a description or a value.</summary>
    public const int LongestText = 4096;

    /// <summary>
    /// Labels that no node may take. The server itself answers for some of them; others are looked up automatically: proxy discovery
    /// (wpad), tunnels (isatap), mail clients' set-up, and what resolvers treat apart.
    /// </summary>
    public static IReadOnlySet<string> ReservedNames { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "ns", "ns1", "ns2", "dns", "maas", "wpad", "isatap", "localhost", "localdomain", "broadcasthost", "ip6-localhost", "ip6-loopback",
        "autoconfig", "autodiscover",
        "mta-sts", "use-application-dns",
    };

    /// <summary>Checks a host name and a domain.</summary>
    /// <param name="hostname">The host name as it will be.</param>
    /// <param name="domain">The domain as it will be.</param>
    /// <param name="before">
    /// The host name as it is: a name that the node has already stays allowed. <see langword="null"/> for none.
    /// </param>
    /// <param name="alsoReserved">Further names that no node may take.</param>
    public static (string Field, string Reason)? CheckName(
        string hostname, string domain, string? before, IReadOnlyCollection<string>? alsoReserved)
    {
        if (!IsLabel(hostname)) return ("hostname", "A host name has 1 to 63 letters, digits and hyphens (RFC 1123).");
        if (hostname != before && (ReservedNames.Contains(hostname) || alsoReserved?.Contains(hostname) is true))
            return ("hostname", $"The host name '{hostname}' is reserved: clients trust the host of that name.");
        return domain.Length > 180 || !domain.Split('.').All(IsLabel)
            ? ("domain", "A domain has labels of 1 to 63 letters, digits and hyphens (RFC 1123).")
            : null;
    }

    /// <summary>Checks a description, an owner's data, and tags.</summary>
    public static (string Field, string Reason)? CheckTexts(
        string description, IReadOnlyDictionary<string, string> ownerData, IReadOnlyCollection<string> tags)
    {
        if (description.Length > LongestText) return ("description", $"At most {LongestText} characters.");
        if (ownerData.Count > 256 || ownerData.Any(pair => pair.Key.Length is 0 or > 255 || pair.Value.Length > LongestText))
            return ("owner_data", $"At most 256 keys of 255 characters, with values of {LongestText}.");
        return tags.Count > MostTags || !tags.All(IsTagName)
            ? ("tags", "A tag has letters, digits and _ - . and at most 255 of them.")
            : null;
    }

    public static bool IsTagName(string name) => TagName().IsMatch(name);

    private static bool IsLabel(string label) => Label().IsMatch(label);

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,255}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TagName();
}
