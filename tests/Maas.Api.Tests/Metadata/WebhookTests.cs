using System.Text;
using CsCheck;
using System.Text.Json;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Api.Tests.Metadata;

/// <summary>cloud-init's web hook: <c>status/{system_id}</c> of section 4 of MAAS's wire reference.</summary>
public class WebhookTests
{
    /// <summary>bzip2 of <c>printed\n</c>.</summary>
    private const string Bzip2 = "QlpoOTFBWSZTWYIQOTcAAALBgAAQBiFUACAAIgaaehDAjNBsILuSKcKEhBCBybg=";

    [Fact]
    public async Task It_needs_the_machines_own_key()
    {
        await using var host = await ApiHost.StartAsync();
        var (mine, other) = (await host.EnlistAsync("52:54:00:00:00:01"), await host.EnlistAsync("52:54:00:00:00:02"));
        var path = $"/MAAS/metadata/status/{mine.Id}";
        static ByteArrayContent Start() => Content(Report("start", "init-local"));

        (await host.SendAsync("POST", path, null, Start())).Expect(401);
        (await host.SendAsync("POST", path, "Basic eDp5", Start())).Expect(401);
        (await host.SendAsync("POST", path, "OAuth nonsense", Start())).Expect(401);
        (await host.SendAsync("POST", path, host.Sign(await host.TokenAsync(other)), Start())).Expect(403);
        (await host.SendAsync("POST", path, host.Sign(await host.TokenAsync(mine)), Start())).Expect(204).Body.Should().BeEmpty();
    }

    [Theory]
    [InlineData("base64", null, "cHJpbnRlZAo=")]
    [InlineData("base64", "bzip2", Bzip2)]
    public async Task A_file_is_the_output_of_its_script(string encoding, string? compression, string content)
    {
        await using var host = await ApiHost.StartAsync();
        var (id, token) = await CommissioningAsync(host);
        var result = (await host.Core.ScriptResults.PendingAsync(id, ApiHost.Cancellation))
            .First(each => each.Result.Kind == ScriptKind.Testing).Result;

        await SendAsync(host, id, token, Report("progress", "tests", files:
        [
            File("/tmp/" + result.Name, encoding, compression, content, 3),
            File($"/tmp/{result.Name}.err", encoding, compression, content, 3),
        ]), 204);

        var stored = (await host.Core.ScriptResults.ListAsync(id, ApiHost.Cancellation)).Single(each => each.Id == result.Id);
        (stored.Status, stored.ExitStatus).Should().Be((ScriptStatus.Failed, 3));
        var output = (await host.Core.ScriptResults.OutputAsync(result.Id, ApiHost.Cancellation))!;
        Encoding.UTF8.GetString(output.Combined.Span).Should().Be("printed\n");
        Encoding.UTF8.GetString(output.StandardError.Span).Should().Be("printed\n");
    }

    [Fact]
    public async Task A_file_names_its_result_by_number_too_and_another_machines_is_left_alone()
    {
        await using var host = await ApiHost.StartAsync();
        var (id, token) = await CommissioningAsync(host);
        var (victim, _) = await CommissioningAsync(host, "52:54:00:00:00:02");
        async Task<long> FirstAsync(SystemId machine) =>
            (await host.Core.ScriptResults.PendingAsync(machine, ApiHost.Cancellation))[^1].Result.Id;
        var (own, foreign) = (await FirstAsync(id), await FirstAsync(victim));

        await SendAsync(host, id, token, Report("finish", "x/y", files:
        [
            File("a", "base64", null, "cHJpbnRlZAo=", 0, own), File("b", "base64", null, "cHJpbnRlZAo=", 1, foreign),
        ]), 204);

        (await host.Core.ScriptResults.ListAsync(id, ApiHost.Cancellation)).Single(each => each.Id == own).Status.Should()
            .Be(ScriptStatus.Passed);
        (await host.Core.ScriptResults.ListAsync(victim, ApiHost.Cancellation)).Should()
            .OnlyContain(each => each.Status == ScriptStatus.Pending);
    }

    [Theory]
    [InlineData("""{"path": "a", "content": "%%%"}""", "base64")]
    [InlineData("""{"path": "a", "content": "AAAA", "encoding": "hex"}""", "encoding")]
    [InlineData("""{"path": "a", "content": "AAAA", "compression": "xz"}""", "compression")]
    [InlineData("""{"path": "a", "content": "AAAA", "compression": "bzip2"}""", "bzip2")]
    [InlineData("""{"path": "a", "content": "QlpoOTFBWSZTWeLSJB//////////", "compression": "bzip2"}""", "bzip2")]
    [InlineData("""{"path": "", "content": "AAAA"}""", "path")]
    [InlineData("""{"path": 1, "content": "AAAA"}""", "path")]
    [InlineData("""{"path": "a"}""", "content")]
    [InlineData("7", "path")]
    public async Task A_file_that_makes_no_sense_is_400_in_words_and_changes_nothing(string file, string word)
    {
        await using var host = await ApiHost.StartAsync();
        var (id, token) = await CommissioningAsync(host);

        var report = """{"event_type": "finish", "origin": "o", "name": "modules-final", "description": "d", "result": "FAIL", "files": """;
        (await SendAsync(host, id, token, $"{report}[{file}]}}", 400)).Text.Should().Contain(word);

        (await host.MachineAsync(id)).Status.Should().Be(MachineStatus.Commissioning);
    }

    [Fact]
    public async Task Too_many_files_are_400_and_none_at_all_are_no_error()
    {
        await using var host = await ApiHost.StartAsync();
        var (id, token) = await CommissioningAsync(host);
        const string Start = """{"event_type": "start", "origin": "o", "name": "x", "description": "d", "files": """;

        await SendAsync(host, id, token, Start + "null}", 204);
        await SendAsync(host, id, token, Start + "{}}", 400);
        var files = string.Join(',', Enumerable.Repeat("""{"path": "a", "content": ""}""", 101));
        await SendAsync(host, id, token, $"{Start}[{files}]}}", 400);
    }

    [Fact]
    public async Task A_bomb_of_bzip2_is_cut_off()
    {
        await using var host = await ApiHost.StartAsync();
        var (id, token) = await CommissioningAsync(host);
        var result = (await host.Core.ScriptResults.PendingAsync(id, ApiHost.Cancellation))[^1].Result;

        var reply = await SendAsync(host, id, token, Report("progress", "x", files:
            [File("a", "base64", "bzip2", Convert.ToBase64String(Bomb()), 1, result.Id)]), 204);

        reply.Code.Should().Be(204);
        (await host.Core.ScriptResults.OutputAsync(result.Id, ApiHost.Cancellation))!.Combined.Length.Should().Be(4 * 1024 * 1024);
    }

    [Theory]
    [InlineData(MachineStatus.Commissioning, MachineStatus.FailedCommissioning)]
    [InlineData(MachineStatus.Deploying, MachineStatus.FailedDeployment)]
    [InlineData(MachineStatus.DiskErasing, MachineStatus.FailedDiskErasing)]
    public async Task A_stage_that_fails_fails_what_the_machine_does_and_a_step_of_it_does_not(MachineStatus status, MachineStatus failed)
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await InAsync(host, status);
        var token = await host.TokenAsync(machine);

        await SendAsync(host, machine.Id, token, Report("finish", "modules-config/config-x", "FAIL"), 204);
        (await host.MachineAsync(machine.Id)).Status.Should().Be(status);
        await SendAsync(host, machine.Id, token, Report("finish", "modules-config", "FAILURE"), 204);
        (await host.MachineAsync(machine.Id)).Status.Should().Be(failed);
    }

    [Fact]
    public async Task The_last_stage_does_not_end_an_erasure_and_the_agents_own_word_does()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await InAsync(host, MachineStatus.DiskErasing);
        var token = await host.TokenAsync(machine);

        await SendAsync(host, machine.Id, token, Report("finish", "modules-final", "SUCCESS"), 204);

        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.DiskErasing);
        (await host.PostAsync(token, "/MAAS/metadata/latest/", ("op", "signal"), ("status", "OK"), ("erased", "true"))).Expect(200);
        (await host.MachineAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
    }

    [Theory]
    [InlineData("start", "cmd-install")]
    [InlineData("start", "cmd-install/stage-partitioning")]
    [InlineData("finish", "cmd-install/stage-extract/writing")]
    [InlineData("start", "subiquity/Install/install/curtin_install")] // Ubuntu's server installer
    [InlineData("finish", "init-network/config-ssh")]
    public async Task Steps_of_an_installer_and_of_cloud_init_renew_the_deadline_of_a_deployment(string type, string name)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        await using var host = await ApiHost.StartAsync(time);
        var machine = await InAsync(host, MachineStatus.Deploying);
        time.Advance(TimeSpan.FromMinutes(10));

        await SendAsync(host, machine.Id, await host.TokenAsync(machine), Report(type, name, "SUCCESS"), 204);

        (await host.MachineAsync(machine.Id)).Deadline.Should().Be(time.GetUtcNow() + TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task Steps_that_follow_each_other_closely_change_the_machine_once_in_half_a_minute()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        await using var host = await ApiHost.StartAsync(time);
        var machine = await InAsync(host, MachineStatus.Deploying);
        var token = await host.TokenAsync(machine);
        time.Advance(TimeSpan.FromMinutes(10));
        var versions = new HashSet<long>();
        for (var step = 0; step < 31; step++)
        {
            await SendAsync(host, machine.Id, token, Report("start", $"install/step-{step}", "SUCCESS"), 204);
            versions.Add((await host.MachineAsync(machine.Id)).Version);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        versions.Should().HaveCount(2);
    }

    /// <summary>Reports with a byte changed, a part cut off, or a value of another type.</summary>
    [Fact]
    public async Task No_report_is_answered_with_500()
    {
        await using var host = await ApiHost.StartAsync();
        var (id, token) = await CommissioningAsync(host);
        var report = Encoding.ASCII.GetBytes(Report("progress", "x", "SUCCESS",
            [File("a", "base64", "bzip2", Bzip2, 1, 1), File("/b/a.out", "base64", null, "AAAA", 0)]));
        string[] values = ["null", "[]", "{}", "1e99", "-1", "\"\\ud800\"", "true"];

        string[] parts = ["\"base64\"", "\"bzip2\"", "\"AAAA\"", "1.5", "\"progress\"", "\"a\""];
        var attempts = Gen.Select(
            Gen.Int[0, report.Length - 1], Gen.Byte, Gen.Int[0, 2], Gen.Int[0, values.Length - 1].Select(i => values[i]));

        await attempts.SampleAsync(async (at, to, how, value) =>
        {
            var body = how switch
            {
                0 => [.. report[..at], to, .. report[(at + 1)..]],
                1 => report[..at],
                _ => Encoding.ASCII.GetBytes(
                    Encoding.ASCII.GetString(report).Replace(parts[at % parts.Length], value, StringComparison.Ordinal)),
            };
            var reply = await host.SendAsync("POST", $"/MAAS/metadata/status/{id}", host.Sign(token), new ByteArrayContent(body));
            reply.Code.Should().BeOneOf(204, 400);
        }, iter: 150, threads: 1);
    }

    private static async Task<Machine> InAsync(ApiHost host, MachineStatus status)
    {
        await host.UploadImageAsync();
        if (status is MachineStatus.Commissioning) return await host.MachineAsync((await CommissioningAsync(host)).Id);
        var ready = await host.ReadyAsync();
        await host.DoAsync(ready.Id, new MachineCommand.Allocate("bob"));
        return status is MachineStatus.DiskErasing
            ? await host.DoAsync(ready.Id, new MachineCommand.Release { Erase = EraseMode.Quick })
            : await host.DoAsync(ready.Id, new MachineCommand.Deploy("bob"));
    }

    private static async Task<(SystemId Id, MachineToken Token)> CommissioningAsync(ApiHost host, string mac = "52:54:00:00:00:01")
    {
        var machine = await host.EnlistAsync(mac);
        await host.DoAsync(machine.Id, new MachineCommand.Commission());
        return (machine.Id, await host.TokenAsync(machine));
    }

    private static async Task<Reply> SendAsync(ApiHost host, SystemId machine, MachineToken token, string json, int expected) =>
        (await host.SendAsync("POST", $"/MAAS/metadata/status/{machine}", host.Sign(token), Content(json))).Expect(expected);

    /// <summary>Without a content type, as cloud-init sends it.</summary>
    private static ByteArrayContent Content(string json) => new(Encoding.UTF8.GetBytes(json));

    private static string Report(string type, string name, string? result = null, object[]? files = null) =>
        JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["event_type"] = type, ["origin"] = "cloudinit", ["name"] = name, ["description"] = "d", ["result"] = result,
            ["timestamp"] = 1.5, ["files"] = files ?? [],
        });

    private static Dictionary<string, object?> File(
        string path, string encoding, string? compression, string content, int result, long? id = null) => new()
        {
            ["path"] = path, ["encoding"] = encoding, ["compression"] = compression, ["content"] = content, ["result"] = result,
            ["script_result_id"] = id,
        };

    /// <summary>64 MiB of zeros in some fifty bytes.</summary>
    private static byte[] Bomb()
    {
        using var packed = new MemoryStream();
        using (var bzip2 = SharpCompress.Compressors.BZip2.BZip2Stream.Create(
            packed, SharpCompress.Compressors.CompressionMode.Compress, decompressConcatenated: false, leaveOpen: true))
            bzip2.Write(new byte[64 * 1024 * 1024]);
        return packed.ToArray();
    }
}
