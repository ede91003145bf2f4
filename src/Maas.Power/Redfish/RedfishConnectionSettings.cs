namespace Maas.Power.Redfish;

/// <summary>Where a Redfish service is, and as which user to log in. <see cref="ToString"/> shows no secret.</summary>
public sealed class RedfishConnectionSettings
{
    /// <summary>The service's address, such as <c>https://10.0.0.8</c>; a path is not used.</summary>
    public required Uri Address { get; init; }

    /// <summary>User name.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Password.</summary>
    public string Password { get; init; } = "";

    /// <summary>
    /// The SHA-256 of the service's certificate in hexadecimal digits; null, the default, for a certificate that the system trusts.
    /// </summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>Whether any certificate is accepted; it is not. A fingerprint goes before this.</summary>
    public bool AcceptAnyCertificate { get; init; }

    /// <summary>What is known of deviating services; <see cref="RedfishQuirk.BuiltIn"/>. The first that fits is used.</summary>
    public IReadOnlyList<RedfishQuirk> Quirks { get; init; } = RedfishQuirk.BuiltIn;

    /// <summary>The user and the address, without the password.</summary>
    public override string ToString() => LogText.From($"{UserName}@{Address.Authority}");
}
