namespace Maas.Power.Http;

/// <summary>
/// A controller's address as operators write it: <c>10.0.0.8</c>, <c>bmc:8443</c>, <c>[fd00::8]</c>, <c>fe80::8%eth0</c>,
/// <c>https://bmc</c>.
/// </summary>
internal static class ControllerAddress
{
    /// <summary>Reads it; the scheme is https unless it is named, and a path is dropped.</summary>
    public static bool TryParse(string? text, out Uri address)
    {
        address = new Uri("https://invalid/");
        if (text is null || text.Length > 512 || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))) return false;
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            if (System.Net.IPAddress.TryParse(text, out var bare)
                && bare.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
                && !text.StartsWith('['))
                text = $"[{text}]";
            text = $"https://{text}";
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var parsed)
            || parsed.Scheme is not ("http" or "https")
            || parsed.UserInfo.Length > 0
            || Uri.CheckHostName(parsed.DnsSafeHost) == UriHostNameType.Unknown)
            return false;
        // The authority of a Uri lacks the interface of a link-local address, which a URL may spell with %25 (RFC 6874).
        address = parsed.HostNameType == UriHostNameType.IPv6
            ? new Uri($"{parsed.Scheme}://[{parsed.DnsSafeHost.Replace("%25", "%", StringComparison.Ordinal)}]:{parsed.Port}")
            : new Uri(parsed.GetLeftPart(UriPartial.Authority));
        return true;
    }
}
