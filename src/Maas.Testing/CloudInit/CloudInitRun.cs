using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Hardware;
using Maas.Testing.Http;

namespace Maas.Testing.CloudInit;

/// <summary>
/// Plays cloud-init with the datasource MAAS on a system that starts from disk: the requests of version 22.4, in their order.
/// </summary>
internal sealed class CloudInitRun(SimulatedMachineOptions machine, SimulatedDisk disk, MachineLog log, TimeProvider timeProvider)
{
    private const string Name = "cloud-init";

    // What is reported: each stage begins and ends, and so does what it does.
    private static readonly (string Stage, string[] Steps)[] Stages =
    [
        ("init-local", ["check-cache", "search-MAAS"]),
        ("init-network", [
            "check-cache",
            "search-MAAS",
            "consume-user-data",
            "consume-vendor-data",
            "activate-datasource",
            "config-set_hostname",
            "config-users-groups",
            "config-ssh"
        ]),
        ("modules-config", ["config-locale", "config-apt-configure", "config-ntp", "config-runcmd"]),
        (
            "modules-final",
            ["config-package-update-upgrade-install", "config-scripts-user", "config-ssh-authkey-fingerprints", "config-final-message"]),
    ];

    /// <summary>What came of it; <see langword="null"/> when the system is up without cloud-init having found its datasource.</summary>
    public async Task<SimulatedSystem?> RunAsync(CancellationToken cancellationToken)
    {
        log.Said("system", $"booted from {disk.Model.Name}");
        var hasCloudInit = !machine.Faults.HasFlag(SimulatedFault.HasNoCloudInit);
        CloudInitSettings? settings = null;
        if (hasCloudInit && (disk.CloudConfig is not { } text || !CloudInitSettings.TryParse(text, out settings)))
        {
            log.Said(Name, "disabled: no datasource is configured");
            return null;
        }

        var voice = DhcpClientProfile.Dhclient("debian");
        if (await new DhcpClient(machine.Network, machine.Mac, log, timeProvider).AcquireAsync(voice, cancellationToken)
            .ConfigureAwait(false) is not { } lease || settings is null)
            return null;
        var link = machine.Network.LinkOf(machine.Mac);
        using var http = link.CreateHttpClient(link.Usable(lease.Address));
        var metadata = new MaasHttp(Name, http, machine.ClockError, log, timeProvider) { Credentials = settings.Key };
        try
        {
            var system = await CrawlAsync(metadata, settings, cancellationToken).ConfigureAwait(false);
            if (settings is { Webhook: { } endpoint, WebhookKey: { } key })
            {
                var webhook = new MaasHttp(Name, http, machine.ClockError, log, timeProvider) { Credentials = key };
                await ReportAsync(webhook, endpoint, cancellationToken).ConfigureAwait(false);
            }

            log.Said(Name, $"finished: {system.HostName}, datasource MAAS");
            return system;
        }
        catch (HttpRequestException e)
        {
            log.Said(Name, $"failed: {e.Message}");
            return null;
        }
    }

    private static async Task<SimulatedSystem> CrawlAsync(
        MaasHttp metadata,
        CloudInitSettings settings,
        CancellationToken cancellationToken)
    {
        // First to see that the service is there, then for its content.
        await GetAsync(metadata, settings, "meta-data/instance-id", optional: false, cancellationToken).ConfigureAwait(false);
        var id = await GetAsync(metadata, settings, "meta-data/instance-id", optional: false, cancellationToken).ConfigureAwait(false);
        var host = await GetAsync(metadata, settings, "meta-data/local-hostname", optional: false, cancellationToken).ConfigureAwait(false);
        var keys = await GetAsync(metadata, settings, "meta-data/public-keys", optional: true, cancellationToken).ConfigureAwait(false);
        var vendor = await GetAsync(metadata, settings, "meta-data/vendor-data", optional: true, cancellationToken).ConfigureAwait(false);
        var user = await GetAsync(metadata, settings, "user-data", optional: true, cancellationToken).ConfigureAwait(false);
        return new SimulatedSystem(
            Encoding.UTF8.GetString(id), Encoding.UTF8.GetString(host),
            Encoding.UTF8.GetString(keys).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            user,
            Encoding.UTF8.GetString(vendor));
    }

    private static async Task<byte[]> GetAsync(
        MaasHttp metadata,
        CloudInitSettings settings,
        string item,
        bool optional,
        CancellationToken cancellationToken)
    {
        var url = new Uri($"{settings.Metadata.AbsoluteUri.TrimEnd('/')}/2012-03-01/{item}");
        using var answer = await metadata.SendAsync(HttpMethod.Get, url, null, cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotFound && optional) return [];
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ReportAsync(MaasHttp webhook, Uri endpoint, CancellationToken cancellationToken)
    {
        foreach (var (stage, steps) in Stages)
        {
            await PostAsync(webhook, endpoint, "start", stage, null, cancellationToken).ConfigureAwait(false);
            foreach (var step in steps)
            {
                await PostAsync(webhook, endpoint, "start", $"{stage}/{step}", null, cancellationToken).ConfigureAwait(false);
                await PostAsync(webhook, endpoint, "finish", $"{stage}/{step}", ResultOf(stage, step), cancellationToken)
                    .ConfigureAwait(false);
            }

            var result = ResultOf(stage, steps[^1]);
            await PostAsync(webhook, endpoint, "finish", stage, result, cancellationToken).ConfigureAwait(false);
        }
    }

    private string ResultOf(string stage, string step) =>
        machine.Faults.HasFlag(SimulatedFault.CloudInitFails) && stage == "modules-config" && step == "config-runcmd" ? "FAIL" : "SUCCESS";

    // Raw JSON without a content type, as the real handler sends it. A report that is not taken is lost, and cloud-init goes on.
    private async Task PostAsync(
        MaasHttp webhook,
        Uri endpoint,
        string type,
        string name,
        string? result,
        CancellationToken cancellationToken)
    {
        var json = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("description", $"running {name}");
            writer.WriteString("event_type", type);
            writer.WriteString("origin", "cloudinit");
            writer.WriteNumber("timestamp", timeProvider.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            if (result is not null) writer.WriteString("result", result);
            writer.WriteEndObject();
        }

        var body = json.WrittenSpan.ToArray();
        using var answer =
            await webhook.SendAsync(HttpMethod.Post, endpoint, () => new ByteArrayContent(body), cancellationToken)
                .ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) log.Said(Name, $"the report on {name} was not taken: {(int)answer.StatusCode}");
    }
}
