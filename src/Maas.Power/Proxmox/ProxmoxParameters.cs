using Maas.Power.Http;

namespace Maas.Power.Proxmox;

/// <summary>A machine's parameters, in MAAS's names, checked.</summary>
internal sealed record ProxmoxParameters(
    Uri Address, TlsTrust Trust, string User, string Password, string? Token, string Secret, string Machine)
{
    private const int DefaultPort = 8006;

    public static bool TryRead(PowerTarget target, out ProxmoxParameters? parameters, out string problem)
    {
        parameters = null;
        if (!TlsTrust.TryRead(target, out var trust, out problem)) return false;
        if (!ControllerAddress.TryParse(target["power_address"], out var address))
        {
            problem = "Parameter power_address must be a host, or an address such as https://10.0.0.9:8006.";
            return false;
        }

        if (address.IsDefaultPort) address = new UriBuilder(address) { Port = DefaultPort }.Uri;
        if (target["power_user"] is not { } user || target["power_vm_name"] is not { } machine)
        {
            problem = "Parameters power_user and power_vm_name must be set.";
            return false;
        }

        var token = target["power_token_name"];
        // The name alone is what operators see; the API wants it with the user.
        if (token is not null && !token.Contains('!', StringComparison.Ordinal)) token = $"{user}!{token}";
        var (password, secret) = (target.ReadSecret("power_pass"), target.ReadSecret("power_token_secret").Trim());
        if ((token is null ? password.Length : secret.Length) == 0)
        {
            problem = "Parameter power_pass, or power_token_name and power_token_secret, must be set.";
            return false;
        }

        if ($"{token}{secret}".Any(c => c is <= ' ' or > '~'))
        {
            problem = "Parameters power_token_name and power_token_secret must have only printable characters without blanks.";
            return false;
        }

        parameters = new ProxmoxParameters(address, trust, user, password, token, secret, machine);
        return true;
    }
}
