using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Maas.Conformance;

/// <summary>The machine's side of its life: it asks the metadata service with its own key, as the agent and cloud-init do.</summary>
public sealed class MachineNode
{
    private const string Inventory =
        "maas-inventory\t1\nsystem\tmachine=x86_64\tfirmware=uefi\ncpu\tcount=4\tcores=2\tsockets=1\tmax_mhz=3600\tmodel=Test CPU\n"
        + "memory\tkib=4194304\n"
        + "disk\tname=vda\tsize=21474836480\tblock=512\trotational=0\tremovable=0\tro=0\tbus=virtio\tserial=disk-1\tmodel=Test Disk\n"
        + "disk\tname=vdb\tsize=1000000001024\tblock=512\trotational=1\tremovable=0\tro=0\tbus=virtio\tserial=disk-2\tmodel=Test Disk\n"
        + "disk\tname=vdc\tsize=1000000001024\tblock=512\trotational=1\tremovable=0\tro=0\tbus=virtio\tserial=disk-3\tmodel=Test Disk\n"
        + "disk\tname=vdd\tsize=1000000001024\tblock=512\trotational=1\tremovable=0\tro=0\tbus=virtio\tserial=disk-4\tmodel=Test Disk\n"
        + "end\n";

    private readonly Server _server;
    private readonly ApiKeyParts _key;

    private MachineNode(Server server, string systemId, ApiKeyParts key) => (_server, SystemId, _key) = (server, systemId, key);

    /// <summary>The machine.</summary>
    public string SystemId { get; }

    /// <summary>
    /// The machine's own key: asked for as an administrator, or from the server's process when it has none before its boot.
    /// </summary>
    public static async Task<MachineNode> OfAsync(Server server, string systemId)
    {
        var token = (await server.GetAsync($"machines/{systemId}/?op=get_token")).Expect(200).Json;
        if (token.ValueKind != JsonValueKind.Null)
            return new(server, systemId, new(token.Text("consumer_key"), token.Text("token_key"), token.Text("token_secret")));
        return server.MachineKey is { } find
            ? new(server, systemId, await find(systemId))
            : throw new NotApplicableException("the server gives a machine its key when it boots from the network; no machine boots here");
    }

    /// <summary>Has a New machine commissioned, and reports what it is asked for.</summary>
    public static async Task<MachineNode> CommissionAsync(Server server, string systemId)
    {
        (await server.PostAsync($"machines/{systemId}/?op=commission", ("testing_scripts", "none"))).Expect(200);
        var node = await OfAsync(server, systemId);
        await node.RunScriptsAsync();
        (await node.SignalAsync(("status", "OK"))).Expect(200);
        return node;
    }

    /// <summary>Reports every script that is left to run as passed.</summary>
    public async Task RunScriptsAsync()
    {
        var archive = (await GetAsync("2012-03-01/maas-scripts")).Expect(200, 204);
        if (archive.Status == 204) return;
        foreach (var (id, name) in ReadIndex(archive.Body))
        {
            using var form = new MultipartFormDataContent
            {
                { new StringContent("signal"), "op" },
                { new StringContent("WORKING"), "status" },
                { new StringContent("0"), "exit_status" },
                { new StringContent(id.ToString(CultureInfo.InvariantCulture)), "script_result_id" },
                { new ByteArrayContent(Encoding.UTF8.GetBytes(Inventory)), name, name },
                { new ByteArrayContent(Encoding.UTF8.GetBytes(Inventory)), name + ".out", name + ".out" },
            };
            (await _server.SendAsync("POST", $"{_server.Prefix}/metadata/2012-03-01/", _key.Sign(), form)).Expect(200);
        }
    }

    /// <summary>Sends <c>op=signal</c>.</summary>
    public Task<Answer> SignalAsync(params (string Name, string Value)[] fields) => PostAsync([("op", "signal"), .. fields]);

    /// <summary>Sends a form to the metadata service.</summary>
    public Task<Answer> PostAsync(params (string Name, string Value)[] fields) =>
        _server.SendAsync("POST", $"{_server.Prefix}/metadata/2012-03-01/", _key.Sign(), Server.Form(fields));

    /// <summary>Reads a path of the metadata service.</summary>
    public Task<Answer> GetAsync(string path, ApiKeyParts? key = null) =>
        _server.SendAsync("GET", $"{_server.Prefix}/metadata/{path}", (key ?? _key).Sign());

    /// <summary>Reports the end of an installation: the system is on the disk, and cloud-init asks for its user data.</summary>
    /// <returns>The answer to the question for user data.</returns>
    public async Task<Answer> FinishDeploymentAsync()
    {
        (await PostAsync(("op", "netboot_off"))).Expect(200);
        return await GetAsync("2012-03-01/user-data");
    }

    /// <summary>The machine as the API shows it; fails unless it has the status.</summary>
    public async Task<JsonElement> ReadAsync(string status)
    {
        var machine = (await _server.GetAsync($"machines/{SystemId}/")).Expect(200).Json;
        Check.Equal(status, machine.Text("status_name"));
        return machine;
    }

    private static List<(long Id, string Name)> ReadIndex(byte[] archive)
    {
        using var tar = new TarReader(new MemoryStream(archive));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name != "index.json" || entry.DataStream is not { } data) continue;
            using var index = JsonDocument.Parse(data);
            return
            [
                .. index.RootElement.Member("1.0").EnumerateObject()
                    .SelectMany(kind => kind.Value.List())
                    .Select(script => (script.Integer("script_result_id"), script.Text("name"))),
            ];
        }

        throw new ConformanceException("maas-scripts has no index.json");
    }
}
