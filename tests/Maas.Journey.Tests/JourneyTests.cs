using System.Text;
using Maas.Journey.Tests.Lab;
using VmLab.Disks;
using VmLab.Journeys;
using VmLab.Machines;

namespace Maas.Journey.Tests;

/// <summary>Machines with firmware of other makers, through their whole life.</summary>
[Collection(LabCollection.Name), Trait("Category", "Journey")]
public class JourneyTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_BIOS_and_a_UEFI_machine_go_from_New_through_Ready_and_Deployed_to_Ready()
    {
        LabJudges.RequireMachines();
        LabJudges.RequireBmc();
        LabJudges.RequireDiskImageTools();
        await using var bench = await RackBench.CreateAsync("journeys", output);
        var image = await DebianDiskImage.GetAsync(Token);
        var bios = await bench.Rack.AddMachineAsync("bios", Firmware.Bios, 1, Token);
        var uefi = await bench.Rack.AddMachineAsync("uefi", Firmware.Uefi, 2, Token);

        using var client = await bench.Rack.OpenAsync(image, Token);
        await client.PostAsync("account/prefs/sshkeys/", [new("key", SshKey.Public)], Token);

        foreach (var (name, type) in ((string, string)[])
            [("90-look", "commissioning"), ("60-installed", "deployment"), ("farewell", "release")])
            await client.PostAsync("scripts/", [new("script", ScriptOf(name, type))], Token);

        MachineJourney[] journeys =
        [
            new(client, bios, TimeProvider.System, bench) { ReleaseScripts = "farewell" },
            new(client, uefi, TimeProvider.System, bench) { ReleaseScripts = "farewell" },
        ];
        await Task.WhenAll(journeys.Select(journey => journey.LiveAsync(SshKey.Public, Token)));

        foreach (var journey in journeys)
        {
            foreach (var (set, name) in ((string, string)[])
                [("commissioning", "90-look"), ("deployment", "60-installed"), ("release", "farewell")])
            {
                var results = await client.GetAsync($"nodes/{journey.SystemId}/results/current-{set}/?include_output=true", Token);
                var result = results.GetProperty("results").EnumerateArray().Single(each => each.GetProperty("name").GetString() == name);
                result.GetProperty("status_name").GetString().Should().Be("Passed");
                Encoding.UTF8.GetString(result.GetProperty("output").GetBytesFromBase64()).Should().Be($"{name} of a parameter\n");
            }
        }
    }

    private static string ScriptOf(string name, string type) => $$"""
        #!/bin/sh
        # --- Start MAAS 1.0 script metadata ---
        # name: {{name}}
        # script_type: {{type}}
        # parameters:
        #   words: {type: string, default: of a parameter, argument_format: '{input}'}
        # --- End MAAS 1.0 script metadata ---
        echo "{{name}} $1"

        """;
}
