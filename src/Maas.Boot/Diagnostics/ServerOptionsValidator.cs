using System.ComponentModel.DataAnnotations;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp6;
using Maas.Boot.Dns;
using Maas.Boot.Ntp;
using Maas.Boot.RouterAdvertisement;
using Maas.Boot.Syslog;
using Maas.Boot.Tftp;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Diagnostics;

/// <summary>
/// Checks the validation attributes of every server's options. Each server's constructor calls <see cref="Validated"/>; the code is
/// generated, so that it works when it is compiled ahead of time.
/// </summary>
[OptionsValidator]
internal sealed partial class ServerOptionsValidator :
    IValidateOptions<DhcpServerOptions>,
    IValidateOptions<Dhcp6ServerOptions>,
    IValidateOptions<RouterAdvertiserOptions>,
    IValidateOptions<TftpServerOptions>,
    IValidateOptions<DnsServerOptions>,
    IValidateOptions<SntpServerOptions>,
    IValidateOptions<SyslogServerOptions>
{
    private static readonly ServerOptionsValidator Instance = new();

    /// <summary>The options, when each is within its range.</summary>
    /// <exception cref="ValidationException">An option is missing or out of its range; the message names it.</exception>
    public static TOptions Validated<TOptions>(TOptions options)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(options);
        var result = ((IValidateOptions<TOptions>)(object)Instance).Validate(name: null, options);
        return result.Failed ? throw new ValidationException(result.FailureMessage) : options;
    }
}
