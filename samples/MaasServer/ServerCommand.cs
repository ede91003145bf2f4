using System.CommandLine;
using System.Data.Common;
using System.Net.Sockets;
using System.Security.Cryptography;
using Maas.Core;
using Maas.Core.Accounts;
using Microsoft.Extensions.Options;

namespace MaasServer;

/// <summary>
/// The command line: options that are also configuration (<c>appsettings.json</c>) and environment variables (<c>MAAS_DATA</c>,
/// <c>MAAS_LISTEN</c> …).
/// </summary>
internal static class ServerCommand
{
    private static readonly Option<string>[] Options =
    [
        new("--data")
        {
            Description = "Folder of all state. The first start makes an administrator and writes the API key to DIR/admin.apikey.",
            HelpName = "DIR"
        },
        new("--demo")
        {
            Description =
                "Simulates this many machines (1 to 1000) that boot from this server over loopback, without root; all state is in a "
                    + "temporary folder. Needs neither --data nor --interface. For Linux.",
            HelpName = "N"
        },
        new("--listen")
        {
            Description =
                "Where the API, metadata and boot files are served (default http://0.0.0.0:5240, with --prefix6 http://[::]:5240).",
            HelpName = "URL"
        },
        new("--dashboard")
        {
            Description = "Whether the web interface is served at /MAAS/ beside the API: on or off (default on).",
            HelpName = "WHAT"
        },
        new("--https-certificate")
        {
            Description = "Certificate for the API over TLS, a PEM file with its chain; with --https-key. Machines keep using --listen.",
            HelpName = "FILE"
        },
        new("--https-key") { Description = "The certificate's private key, a PEM file.", HelpName = "FILE" },
        new("--https-listen")
        {
            Description = "Where the API is served over TLS, with --https-certificate (default https://0.0.0.0:5443).",
            HelpName = "URL"
        },
        new("--known-proxies")
        {
            Description =
                "The reverse proxies, as addresses or networks with commas, whose headers X-Forwarded-For, X-Forwarded-Proto and "
                    + "X-Forwarded-Prefix count (default: none). Machines boot without a proxy.",
            HelpName = "LIST"
        },
        new("--interface")
        {
            Description = "The network interface that machines boot from; without it the API alone is served.",
            HelpName = "IF"
        },
        new("--range") { Description = "The addresses to lease, FIRST-LAST; needed in mode full.", HelpName = "A-B" },
        new("--prefix6")
        {
            Description =
                "The interface's IPv6 prefix, such as fd00:77::/64; machines then boot over IPv6 too: DHCPv6, router advertisements, TFTP, "
                    + "HTTP (default: IPv6 is left to others).",
            HelpName = "PREFIX"
        },
        new("--range6") { Description = "The IPv6 addresses to lease, FIRST-LAST (default: the 4,096 from ::1000 on).", HelpName = "A-B" },
        new("--gateway") { Description = "The router that machines are told in mode full; several with commas.", HelpName = "IP" },
        new("--dns")
        {
            Description = "The name server that machines are told in mode full; several with commas (default: this server).",
            HelpName = "IP"
        },
        new("--domain") { Description = "The machines' domain (default maas).", HelpName = "NAME" },
        new("--secret-key")
        {
            Description = "The file with the key that secrets are encrypted with in the store (default DIR/secret.key).",
            HelpName = "FILE"
        },
        new("--key-file")
        {
            Description = "The file that the first start writes the administrator's API key to (default DIR/admin.apikey).",
            HelpName = "FILE"
        },
        new("--postgres")
        {
            Description =
                "Keeps everything in this PostgreSQL database, which several servers may share, in the place of SQLite. A connection "
                    + "string as of Npgsql; leave its password to Passfile=FILE, or use MAAS_POSTGRES: other users can read command lines.",
            HelpName = "DB"
        },
        new("--services")
        {
            Description =
                "What else is served on the interface: all, none, or some of dns,time,syslog (default: all in mode full, else none).",
            HelpName = "LIST"
        },
        new("--dns-forward")
        {
            Description = "The resolver asked for names outside of the domain; several with commas (default: such names are refused).",
            HelpName = "IP"
        },
        new("--mode")
        {
            Description = "full (lease addresses), proxy (beside another DHCP server) or observe (default full).",
            HelpName = "MODE"
        },
        new("--other-dhcp")
        {
            Description =
                "What to do when another DHCP server answers on the interface in mode full: wait (lease nothing until it has gone) or "
                    + "allow (lease beside it; default wait).",
            HelpName = "WHAT"
        },
        new("--mirror")
        {
            Description = "Debian mirror for the ephemeral environment (default: apt's own sources, where there are any).",
            HelpName = "URL"
        },
        new("--suite") { Description = "The mirror's suite (default bookworm).", HelpName = "NAME" },
        new("--packages") { Description = "A folder of .deb files in the place of a mirror.", HelpName = "DIR" },
        new("--keyring") { Description = "OpenPGP keyring that signs the mirror (default: the host's own of Debian).", HelpName = "FILE" },
        new("--kernel")
        {
            Description = "The ephemeral kernel's package (default linux-image-amd64, for all hardware).",
            HelpName = "NAME"
        },
        new("--kernel-options")
        {
            Description = "Appended to the ephemeral kernel's command line, such as console=ttyS0,115200.",
            HelpName = "TEXT"
        },
        new("--debian-installer")
        {
            Description =
                "Debian series that are installed by the Debian installer; several with commas. Put its netboot kernel and initial ram "
                    + "disk into DIR/boot/debian-SERIES/ as linux and initrd.gz. The packages come from --mirror.",
            HelpName = "SERIES"
        },
        new("--proxy")
        {
            Description = "The HTTP proxy through which the Debian installer gets packages (default: this server, with --package-cache).",
            HelpName = "URL"
        },
        new("--package-cache")
        {
            Description =
                "Keeps the packages that machines fetch from the mirrors of Debian and Ubuntu, up to this many GiB, and serves them as an "
                    + "HTTP proxy on the port of --listen (default: no proxy).",
            HelpName = "GIB"
        },
        new("--bios")
        {
            Description = "Boot program for BIOS machines: undionly.kpxe (iPXE, the default) or pxelinux.0.",
            HelpName = "FILE"
        },
        new("--secure-boot")
        {
            Description =
                "Signed boot program for x64 UEFI machines: bootx64.efi (Debian's shim, GRUB and kernel) or another maker's shim. It works "
                    + "without Secure Boot too; the default is iPXE, which does not work with it.",
            HelpName = "FILE"
        },
    ];

    /// <summary>Reads the options and runs the server; a wrong option or a refused start is one line and exit code 1.</summary>
    public static Task<int> RunAsync(string[] args, Func<ServerSettings, Task> serve)
    {
        var command = new RootCommand("A MAAS server: boots, commissions, deploys and releases machines.");
        foreach (var option in Options) command.Options.Add(option);
        command.SetAction(async (parsed, _) =>
        {
            try
            {
                await serve(ServerSettings.From(Configuration(parsed)));
                return 0;
            }
            catch (Exception refused) when (refused is OptionsValidationException or FormatException or InvalidOperationException
                or DbException or StoreUnavailableException or StoreLockedException or StoreVersionException or SecretKeyException
                or CryptographicException or IOException or SocketException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"maas: {refused.Message}");
                return 1;
            }
        });
        return command.Parse(args).InvokeAsync();
    }

    private static IConfiguration Configuration(ParseResult parsed)
    {
        var given = Options
            .Where(option => parsed.GetResult(option) is { Implicit: false })
            .Select(option => KeyValuePair.Create(KeyOf(option), parsed.GetValue(option)));
        return new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables("MAAS_")
            .AddInMemoryCollection(given)
            .Build();
    }

    // --kernel-options is MAAS_KERNEL_OPTIONS in the environment and kernel_options in a file.
    private static string KeyOf(Option option) => option.Name.TrimStart('-').Replace('-', '_');
}
