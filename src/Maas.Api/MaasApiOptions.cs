using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Maas.Api;

/// <summary>Limits of the HTTP API and the metadata service.</summary>
public sealed class MaasApiOptions
{
    /// <summary>
    /// The longest request body, in bytes, from a caller without (valid) credentials. Enlisting takes a few hundred bytes.
    /// Default 256 KiB; longer is answered 413.
    /// </summary>
    [Range(1024, int.MaxValue / 2)]
    public int AnonymousBodyLimit { get; set; } = 256 * 1024;

    /// <summary>
    /// The longest form, in bytes, that any action takes from a user or a machine. Files are that long (Juju's); most actions take 2 MiB,
    /// user data 8 MiB, scripts' results 20 MiB. Held in memory while it is read. Default 64 MiB; longer is answered 413.
    /// </summary>
    [Range(1024, int.MaxValue / 2)]
    public int BodyLimit { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// The memory, in bytes, that the bodies of all requests may take at once, at four bytes for a byte of a body. Requests with a body of
    /// more than 64 KiB wait for their share, and are answered 503 with <c>Retry-After</c> when they get none in 20 seconds. Default 512
    /// MiB.
    /// </summary>
    [Range(1024 * 1024, long.MaxValue / 2)]
    public long BodyMemory { get; set; } = 512L * 1024 * 1024;

    /// <summary>
    /// The longest chunk of an image upload, in bytes. The <c>maas</c> command sends 4 MiB at a time; a chunk is streamed to the
    /// store, so this bounds one request and not memory. Default 64 GiB.
    /// </summary>
    [Range(1024, long.MaxValue / 2)]
    public long UploadChunkLimit { get; set; } = 64L * 1024 * 1024 * 1024;

    /// <summary>
    /// How many machines may make themselves known in a minute without credentials. More are answered 503 with <c>Retry-After</c>;
    /// the agent tries again. Default 3000: several racks switched on at once.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int EnlistmentsPerMinute { get; set; } = 3000;

    /// <summary>
    /// How many machines may make themselves known in a minute from one address, of those without credentials. Default 300: each machine
    /// has an address of its own, behind a router many share one.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int EnlistmentsPerMinuteOfAddress { get; set; } = 300;

    /// <summary>
    /// The version <c>version/</c> reports. Clients compare it with MAAS's versions to decide what they may ask, so it is the
    /// MAAS version whose API this is, not the version of this package. Default 3.6.0, the first with reserved IPs.
    /// </summary>
    [Required]
    public string Version { get; set; } = "3.6.0";

    /// <summary>
    /// How many bytes of machines in JSON are kept, so that a list need not write what has not changed. A machine has 4 to 10 KiB. Default
    /// 64 MiB.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MachineCacheBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Whether <c>op=power_parameters</c> shows administrators passwords and tokens of machines' power controllers, as MAAS does;
    /// Terraform's provider compares them. <see langword="false"/> leaves them out: a password that was set is never shown again. Default
    /// <see langword="true"/>.
    /// </summary>
    public bool ShowPowerCredentials { get; set; } = true;

    /// <summary>The schemes of <see cref="AdmitUsers"/>, in the order of the calls.</summary>
    internal List<KeyValuePair<string, Func<HttpContext, ClaimsPrincipal, ValueTask<MaasApiUser?>>>> AdmittedSchemes { get; } = [];

    /// <summary>Whether a handler that reads an argument which its operation does not declare fails. For tests.</summary>
    internal bool VerifyArguments { get; set; }

    /// <summary>
    /// Admits users of another authentication scheme of the application beside API keys. It applies to requests without OAuth credentials.
    /// The API has no protection against forged requests from a browser, so use schemes whose credentials a browser does not send by itself
    /// (bearer tokens, not cookies), or add such protection.
    /// </summary>
    /// <param name="scheme">The scheme, as registered with <c>AddAuthentication</c>.</param>
    /// <param name="map">
    /// The MAAS user of an authenticated principal; null refuses it. It may create the user first. Names that are not in the store are
    /// refused.
    /// </param>
    /// <example>
    /// <code>
    /// services.AddMaasApi(options => options.AdmitUsers("Bearer", (http, principal) => ValueTask.FromResult(
    ///     principal.FindFirst("preferred_username") is { } name
    ///         ? new MaasApiUser(name.Value, IsAdministrator: principal.IsInRole("maas-admins"))
    ///         : null)));
    /// </code>
    /// </example>
    public void AdmitUsers(string scheme, Func<HttpContext, ClaimsPrincipal, ValueTask<MaasApiUser?>> map)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        ArgumentNullException.ThrowIfNull(map);
        if (scheme == MaasApiAuthentication.Scheme)
            throw new ArgumentException("The scheme of API keys needs no mapping.", nameof(scheme));
        AdmittedSchemes.Add(new(scheme, map));
    }
}
