using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Maas.Testing.Http;

namespace Maas.Testing.Agent;

/// <summary>The server as the agent sees it: one method for each thing it says.</summary>
internal sealed class AgentServer(AgentCommandLine given, MaasHttp http)
{
    private const int LongestAnswer = 300;

    public bool HasCredentials => http.Credentials is not null;

    public async Task EnlistAsync(SimulatedMachineOptions machine, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> fields =
        [
            new("architecture", machine.Hardware.Architecture), new("power_type", "manual"), new("mac_addresses", machine.Mac.ToString())
        ];
        fields.AddRange(machine.Hardware.OtherInterfaces.Select(mac => new KeyValuePair<string, string>("mac_addresses", mac.ToString())));
        if (machine.Uuid != Guid.Empty) fields.Add(new("hardware_uuid", machine.Uuid.ToString()));
        using var _ =
            await AskAsync(HttpMethod.Post, "api/2.0/machines/", "not enlisted", () => new FormUrlEncodedContent(fields), cancellationToken)
                .ConfigureAwait(false);
    }

    public async Task RedeemTokenAsync(string token, CancellationToken cancellationToken)
    {
        using var answer =
            await AskAsync(HttpMethod.Get, $"metadata/boot/{token}/", "no credentials", null, cancellationToken).ConfigureAwait(false);
        var lines = new AgentTask(await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
        var (consumer, key, secret) = (lines["consumer_key"], lines["token_key"], lines["token_secret"]);
        if (consumer.Length == 0 || key.Length == 0 || secret.Length == 0) throw new AgentFailedException("the server sent no credentials");
        http.Credentials = new NodeCredentials(consumer, key, secret);
    }

    public async Task<AgentTask> GetTaskAsync(CancellationToken cancellationToken)
    {
        using var answer =
            await AskAsync(HttpMethod.Get, "metadata/latest/maas-task", "no task", null, cancellationToken).ConfigureAwait(false);
        return new AgentTask(await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The scripts' archive; <see langword="null"/> when there is nothing to run.</summary>
    public async Task<byte[]?> GetScriptsAsync(CancellationToken cancellationToken)
    {
        using var answer =
            await AskAsync(HttpMethod.Get, "metadata/latest/maas-scripts", "no scripts", null, cancellationToken).ConfigureAwait(false);
        return answer.StatusCode == HttpStatusCode.NoContent
            ? null
            : await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<string> GetCloudConfigAsync(CancellationToken cancellationToken)
    {
        using var answer =
            await AskAsync(HttpMethod.Get, "metadata/latest/maas-cloud-config", "no configuration for cloud-init", null, cancellationToken)
                .ConfigureAwait(false);
        return await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<string> GetDiskPlanAsync(CancellationToken cancellationToken)
    {
        using var answer =
            await AskAsync(HttpMethod.Get, "metadata/latest/maas-disk-plan", "no storage plan", null, cancellationToken)
                .ConfigureAwait(false);
        return await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The image's bytes from one on; the caller disposes of the answer.</summary>
    public async Task<HttpResponseMessage> GetImageAsync(string path, long from, CancellationToken cancellationToken)
    {
        var answer = await http.OpenAsync(
            new Uri(given.Base, path), from == 0 ? null : new RangeHeaderValue(from, null), cancellationToken).ConfigureAwait(false);
        answer = await ExpectAsync(answer, "no image", cancellationToken).ConfigureAwait(false);
        if (from == 0 || answer.Content.Headers.ContentRange?.From == from) return answer;
        answer.Dispose();
        throw new AgentFailedException($"the server does not send the image from byte {from} on");
    }

    public Task SignalAsync(string status, string? error, CancellationToken cancellationToken) =>
        PostAsync([("op", "signal"), ("status", status), .. error is null ? [] : new[] { ("error", error) }], [], cancellationToken);

    public Task DisksErasedAsync(CancellationToken cancellationToken) =>
        PostAsync([("op", "signal"), ("status", "OK"), ("erased", "true")], [], cancellationToken);

    public Task NetbootOffAsync(CancellationToken cancellationToken) => PostAsync([("op", "netboot_off")], [], cancellationToken);

    public Task ScriptStartedAsync(string resultId, CancellationToken cancellationToken) =>
        PostAsync([("op", "signal"), ("status", "WORKING"), ("script_result_id", resultId)], [], cancellationToken);

    public Task ScriptEndedAsync(SimulatedScript script, SimulatedScriptResult result, CancellationToken cancellationToken) =>
        PostAsync(
            [
                ("op", "signal"),
                ("status", "WORKING"),
                ("script_result_id", script.ResultId),
                ("exit_status", result.ExitStatus.ToString(System.Globalization.CultureInfo.InvariantCulture))
            ],
            [(script.Name, result.Output + result.Error), (script.Name + ".out", result.Output), (script.Name + ".err", result.Error)],
            cancellationToken);

    private async Task PostAsync(
        (string Name, string Value)[] fields,
        (string Name, string Content)[] files,
        CancellationToken cancellationToken)
    {
        using var _ =
            await AskAsync(HttpMethod.Post, "metadata/2012-03-01/", "the server did not take the report", Form, cancellationToken)
                .ConfigureAwait(false);

        MultipartFormDataContent Form()
        {
            var form = new MultipartFormDataContent();
            foreach (var (name, value) in fields) form.Add(new StringContent(value), $"\"{name}\"");
            foreach (var (name, content) in files) form.Add(
                new ByteArrayContent(Encoding.UTF8.GetBytes(content)), $"\"{name}\"", $"\"{name}\"");
            return form;
        }
    }

    private Task<HttpResponseMessage> AskAsync(
        HttpMethod method,
        string path,
        string failure,
        Func<HttpContent>? content,
        CancellationToken cancellationToken) =>
        AskAsync(method, new Uri(given.Base.AbsoluteUri.TrimEnd('/') + '/' + path), failure, content, cancellationToken);

    private async Task<HttpResponseMessage> AskAsync(
        HttpMethod method,
        Uri url,
        string failure,
        Func<HttpContent>? content,
        CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(method, url, content, cancellationToken).ConfigureAwait(false);
        return await ExpectAsync(answer, failure, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<HttpResponseMessage> ExpectAsync(
        HttpResponseMessage answer, string failure, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            if (text.Length > LongestAnswer) text = text[..LongestAnswer];
            throw new AgentFailedException(
                $"{failure}: the server answered {(int)answer.StatusCode} {text.ReplaceLineEndings(" ").Trim()}");
        }
    }
}
