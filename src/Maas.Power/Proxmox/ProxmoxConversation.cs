using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Maas.Power.Control;
using Maas.Power.Http;

namespace Maas.Power.Proxmox;

/// <summary>A login at a Proxmox server, for one of its virtual machines.</summary>
internal sealed class ProxmoxConversation : IPowerConversation
{
    private readonly ControllerHttp _http;
    private readonly ProxmoxParameters _parameters;
    private string? _ticket;
    private string? _csrfToken;
    private string _path = "";

    private ProxmoxConversation(ControllerHttp http, ProxmoxParameters parameters) => (_http, _parameters) = (http, parameters);

    /// <inheritdoc/>
    public string? Note => _parameters.Trust.AcceptsAny ? "The server's certificate is not checked; power_tls_fingerprint pins it." : null;

    /// <summary>Logs in, and finds the machine and the node that it is on: it may have moved.</summary>
    public static async Task<IPowerConversation> ConnectAsync(
        ControllerHttp http, ProxmoxParameters parameters, CancellationToken cancellationToken)
    {
        var conversation = new ProxmoxConversation(http, parameters);
        if (parameters.Token is null) await conversation.LogInAsync(cancellationToken).ConfigureAwait(false);
        await conversation.FindAsync(cancellationToken).ConfigureAwait(false);
        return conversation;
    }

    /// <inheritdoc/>
    public async Task<PowerState> QueryAsync(CancellationToken cancellationToken)
    {
        var data = await SendAsync(HttpMethod.Get, $"{_path}/status/current", null, cancellationToken).ConfigureAwait(false);
        return Text(data, "status") switch
        {
            "running" => PowerState.On,
            "stopped" => PowerState.Off,
            _ => PowerState.Unknown,
        };
    }

    /// <inheritdoc/>
    public Task SwitchAsync(PowerSwitch command, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Post,
        command switch
        {
            PowerSwitch.On => $"{_path}/status/start",
            PowerSwitch.Off => $"{_path}/status/stop",
            _ => $"{_path}/status/shutdown",
        },
        [],
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task LogInAsync(CancellationToken cancellationToken)
    {
        var data = await SendAsync(
            HttpMethod.Post,
            "access/ticket",
            new() { ["username"] = _parameters.User, ["password"] = _parameters.Password },
            cancellationToken).ConfigureAwait(false);
        (_ticket, _csrfToken) = (Text(data, "ticket"), Text(data, "CSRFPreventionToken"));
        if (_ticket is null || _csrfToken is null || $"{_ticket}{_csrfToken}".Any(c => c is <= ' ' or > '~'))
            throw new PowerFailureException(PowerFailure.Unintelligible, "The Proxmox server gave no ticket for the password.");
    }

    private async Task FindAsync(CancellationToken cancellationToken)
    {
        var machines = await SendAsync(HttpMethod.Get, "cluster/resources?type=vm", null, cancellationToken).ConfigureAwait(false);
        if (machines.ValueKind != JsonValueKind.Array || machines.GetArrayLength() == 0)
        {
            throw new PowerFailureException(
                PowerFailure.BadParameters, "The Proxmox server shows this user no virtual machine; it may lack the permission VM.Audit.");
        }

        List<JsonElement> fitting = [.. machines.EnumerateArray().Where(vm => Text(vm, "vmid") == _parameters.Machine)];
        if (fitting.Count == 0) fitting = [.. machines.EnumerateArray().Where(vm => Text(vm, "name") == _parameters.Machine)];
        var name = LogText.From(_parameters.Machine, 64);
        if (fitting.Count != 1)
        {
            throw new PowerFailureException(PowerFailure.BadParameters, fitting.Count == 0
                ? $"The Proxmox server has no virtual machine '{name}'."
                : $"The Proxmox server has several virtual machines of the name '{name}'; power_vm_name must be a number.");
        }

        var (node, type, id) = (Text(fitting[0], "node"), Text(fitting[0], "type"), Text(fitting[0], "vmid"));
        if (node is null || id is null || type is not ("qemu" or "lxc"))
            throw new PowerFailureException(PowerFailure.Unintelligible, "The server's list of virtual machines was not understood.");
        _path = $"nodes/{Uri.EscapeDataString(node)}/{type}/{Uri.EscapeDataString(id)}";
    }

    private async Task<JsonElement> SendAsync(
        HttpMethod method, string path, Dictionary<string, string>? form, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(_parameters.Address, $"/api2/json/{path}"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_parameters.Token is { } token)
            request.Headers.TryAddWithoutValidation("Authorization", $"PVEAPIToken={token}={_parameters.Secret}");
        if (_ticket is not null) request.Headers.TryAddWithoutValidation("Cookie", $"PVEAuthCookie={_ticket}");
        if (_csrfToken is not null) request.Headers.TryAddWithoutValidation("CSRFPreventionToken", _csrfToken);
        if (form is not null) request.Content = new FormUrlEncodedContent(form);
        var reply = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!reply.IsSuccess)
        {
            throw new PowerFailureException(
                reply.Status switch
                {
                    HttpStatusCode.Unauthorized => PowerFailure.CredentialsRefused,
                    HttpStatusCode.Forbidden => PowerFailure.PermissionDenied,
                    // 595 and 596: the node that has the machine does not answer the one that was asked.
                    HttpStatusCode.TooManyRequests or > HttpStatusCode.InternalServerError => PowerFailure.TimedOut,
                    _ => PowerFailure.CommandRefused,
                },
                $"The Proxmox server answered with status {(int)reply.Status}.");
        }

        try
        {
            using var document = JsonDocument.Parse(reply.Body, new JsonDocumentOptions { MaxDepth = 16 });
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("data", out var data)
                ? data.Clone()
                : default;
        }
        catch (JsonException)
        {
            throw new PowerFailureException(PowerFailure.Unintelligible, "The Proxmox server's answer is no JSON.");
        }
    }

    private static string? Text(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value)) return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
    }
}
