using System.CommandLine;
using System.Data.Common;
using System.Net;
using System.Text.Json;
using Maas.Client;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Images;
using Maas.Images.Debian;
using Maas.Images.Downloads;
using MaasNet.Output;
using MaasNet.Profiles;
using Microsoft.Extensions.Options;

namespace MaasNet;

/// <summary>One command against one server.</summary>
internal sealed class Session(MaasClient client, Report report) : IDisposable
{
    /// <summary>The server.</summary>
    public MaasClient Client => client;

    /// <summary>Where results are written.</summary>
    public Report Report => report;

    /// <summary>Sets what a command does with a server. Errors become one line and an exit code.</summary>
    public static void OnRun(Command command, Func<Session, ParseResult, CancellationToken, Task> run) =>
        OnRunLocally(command, async (parsed, report, cancellationToken) =>
        {
            using var session = Open(parsed.GetValue(GlobalOptions.Profile), report);
            await run(session, parsed, cancellationToken);
        });

    /// <summary>Sets what a command does without a server.</summary>
    public static void OnRunLocally(Command command, Func<ParseResult, Report, CancellationToken, Task> run) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                await run(parsed, new Report(parsed.GetValue(GlobalOptions.Json)), cancellationToken);
                return ExitCode.Done;
            }
            catch (Exception failure) when (Describe(failure) is not null)
            {
                var (code, text) = Describe(failure)!.Value; // the filter has looked
                if (text.Length > 0) Report.Error(text);
                return code;
            }
        });

    /// <summary>The server of the environment, else of the profile.</summary>
    private static Session Open(string? profile, Report report)
    {
        var url = Environment.GetEnvironmentVariable("MAAS_URL");
        var key = Environment.GetEnvironmentVariable("MAAS_API_KEY");
        if (profile is null && url is { Length: > 0 } && key is { Length: > 0 }) return new Session(Connect(url, key), report);
        var known = ProfileStore.OfUser().Get(profile);
        return new Session(Connect(known.Url, known.Key), report);
    }

    /// <summary>A client for a server.</summary>
    /// <exception cref="UsageException">The address or the key has the wrong form.</exception>
    public static MaasClient Connect(string url, string key)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
            throw new UsageException($"{url} is no address such as http://SERVER:5240/MAAS");
        if (!MaasApiKey.TryParse(key, out var parsed))
            throw new UsageException("the API key has not the form consumer_key:token_key:token_secret");
        try
        {
            return new MaasClient(address, parsed);
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException($"{url} is no address of a MAAS server: {wrong.Message}");
        }
    }

    /// <summary>A machine by its system id, host name, full name or MAC address.</summary>
    /// <exception cref="UsageException">No machine, or more than one.</exception>
    public async Task<JsonElement> FindMachineAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var field in (string[])(name.Contains(':') ? ["mac_address"] : ["id", "hostname"]))
        {
            // Canonical's server and ours compare the host name without its domain.
            var value = field == "hostname" ? name.Split('.')[0] : name;
            var found = await ListAsync("machines/", new MaasForm().Add(field, value), cancellationToken);
            if (found.Count == 1) return found[0];
            if (found.Count > 1) throw new UsageException($"{found.Count} machines are named {name}: use the system id");
        }

        throw new UsageException($"no machine is named {name}: run 'maas-net machines list'");
    }

    /// <summary>The system ids of several machines; a name that is unknown fails before anything is done.</summary>
    public async Task<IReadOnlyList<(string Id, string Name)>> FindMachinesAsync(
        IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var found = new List<(string, string)>();
        foreach (var name in names)
        {
            var machine = await FindMachineAsync(name, cancellationToken);
            found.Add((Column.Text(machine, "system_id"), Column.Text(machine, "hostname")));
        }

        return found;
    }

    /// <summary>The objects of a list.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path, MaasForm? query, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, path, query, cancellationToken);
        return answer?.RootElement is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Select(each => each.Clone())]
            : throw new UsageException($"the server answered {path} with something that is no list");
    }

    /// <summary>One object.</summary>
    public async Task<JsonElement> GetAsync(string path, MaasForm? query, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, path, query, cancellationToken);
        return answer?.RootElement.Clone() ?? default;
    }

    public void Dispose() => client.Dispose();

    private static (int Code, string Text)? Describe(Exception failure) => failure switch
    {
        UsageException wrong => (ExitCode.Usage, wrong.Message),
        MaasApiException { StatusCode: HttpStatusCode.Unauthorized } =>
            (ExitCode.Refused, "the server does not accept the API key: log in again"),
        MaasApiException refused => (ExitCode.Refused, refused.Text.Length > 0 ? refused.Text.Trim() : refused.Message),
        CommandFailedException failed => (ExitCode.Refused, failed.Message),
        HttpRequestException unreachable => (ExitCode.Unreachable, $"the server cannot be reached: {unreachable.Message}"),
        TimeoutException late => (ExitCode.Unreachable, late.Message),
        OperationCanceledException => (ExitCode.Cancelled, ""),
        IOException or UnauthorizedAccessException or InvalidDataException or InvalidImageException or PackageNotFoundException
            or UntrustedArchiveException or SecretKeyException or StoreVersionException or OptionsValidationException or DbException
            or StoreUnavailableException =>
            (ExitCode.Refused, failure.Message),
        // A part of the program was given what it does not take, such as a file of another kind.
        ArgumentException => (ExitCode.Usage, failure.Message),
        _ => null,
    };
}
