using System.Text;
using Maas.Core.Scripts;

namespace Maas.Api.Tests.Scripts;

public class ScriptTests
{
    private const string WithMetadata = """
        #!/bin/bash
        # --- Start MAAS 1.0 script metadata ---
        # name: burn-in
        # title: Burn in
        # script_type: testing
        # hardware_type: cpu
        # parallel: any
        # timeout: 00:10:00
        # tags: [slow, lab]
        # destructive: true
        # packages: {apt: [stress-ng]}
        # parameters:
        #   seconds: {type: runtime, min: 1}
        # results:
        #   heat: {title: Heat}
        # --- End MAAS 1.0 script metadata ---
        stress-ng
        """;

    [Fact]
    public async Task Terraform_adds_a_script_that_describes_itself_and_reads_changes_and_deletes_it()
    {
        await using var host = await ApiHost.StartAsync();

        var created = (await host.PostAsync(host.Admin, "scripts/", ("script", WithMetadata), ("comment", "first"))).Expect(200).Json;
        var history = created.GetProperty("history")[0];
        history.GetProperty("comment").GetString().Should().Be("first");
        var text = created.GetRawText();
        text[..text.IndexOf(",\"history\"", StringComparison.Ordinal)].Should().Be("""
            {"id":1001,"name":"burn-in","title":"Burn in","description":"","tags":["slow","lab","destructive","cpu"],"type":2,
            "type_name":"Testing script","hardware_type":1,"hardware_type_name":"CPU","parallel":2,
            "parallel_name":"Run along any other script.","results":{"heat":{"title":"Heat"}},
            "parameters":{"seconds":{"type":"runtime","min":1}},"packages":{"apt":["stress-ng"]},"timeout":"0:10:00","destructive":true,
            "for_hardware":[],"may_reboot":false,"recommission":false,"apply_configured_networking":false,"default":false
            """.ReplaceLineEndings(""));
        created.GetProperty("resource_uri").GetString().Should().Be("/MAAS/api/2.0/scripts/burn-in");
        (await host.GetAsync(host.Bob, "scripts/1001")).Expect(200).Json.GetProperty("name").GetString().Should().Be("burn-in");
        (await host.GetAsync(host.Admin, "scripts/burn-in?include_script=true")).Expect(200).Json.GetProperty("history")[0]
            .GetProperty("data").GetBytesFromBase64().Should().Equal(Encoding.UTF8.GetBytes(WithMetadata));

        (await host.PutAsync(host.Admin, "scripts/burn-in", ("timeout", "60"), ("tags", "quick"))).Expect(200).Json.GetProperty("timeout")
            .GetString().Should().Be("0:01:00");
        (await host.PostAsync(host.Bob, "scripts/", ("name", "mine"), ("script", "#!/bin/sh\n"))).Expect(403);
        (await host.DeleteAsync(host.Admin, "scripts/burn-in")).Expect(204);
        (await host.GetAsync(host.Admin, "scripts/burn-in")).Expect(404);
    }

    [Fact]
    public async Task A_new_text_keeps_tags_and_timeout_and_can_be_taken_back()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "scripts/", ("script", WithMetadata), ("comment", "first"))).Expect(200);
        (await host.PutAsync(host.Admin, "scripts/burn-in", ("tags", "mine"), ("timeout", "60"))).Expect(200);

        var next = WithMetadata.Replace("slow, lab", "theirs", StringComparison.Ordinal)
            .Replace("Burn in", "Burn", StringComparison.Ordinal);
        var changed = (await host.PutAsync(host.Admin, "scripts/burn-in", ("script", next), ("comment", "second"))).Expect(200).Json;

        changed.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).Should().Equal("mine", "destructive", "cpu");
        (changed.GetProperty("title").GetString(), changed.GetProperty("timeout").GetString()).Should().Be(("Burn", "0:01:00"));
        changed.GetProperty("history").EnumerateArray().Select(each => each.GetProperty("comment").GetString()).Should()
            .Equal("second", "first");
        var first = changed.GetProperty("history")[1].GetProperty("id").GetInt64();
        (await host.GetAsync(host.Admin, "scripts/burn-in?op=download")).Expect(200).Text.Should().Be(next);
        (await host.GetAsync(host.Admin, $"scripts/burn-in?op=download&revision={first}")).Expect(200).Text.Should().Be(WithMetadata);
        (await host.PostAsync(host.Admin, "scripts/burn-in?op=revert", ("to", "-2"))).Expect(400).Text.Should().Be("Goes too far back.");
        (await host.PostAsync(host.Admin, "scripts/burn-in?op=revert", ("to", "99"))).Expect(400).Text.Should()
            .Be("99 not found in history");

        (await host.PostAsync(host.Admin, "scripts/burn-in?op=revert", ("to", "-1"))).Expect(200).Json.GetProperty("history")
            .GetArrayLength().Should().Be(1);
        (await host.GetAsync(host.Admin, "scripts/burn-in?op=download")).Expect(200).Text.Should().Be(WithMetadata);
    }

    [Fact]
    public async Task Scripts_are_listed_by_type_hardware_name_and_tag()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "scripts/", ("script", WithMetadata))).Expect(200);
        (await host.PostAsync(host.Admin, "scripts/", ("name", "look"), ("type", "commissioning"), ("script", "#!/bin/sh\n"))).Expect(200);

        (await NamesAsync("")).Should().StartWith("00-maas-inventory").And.EndWith(["burn-in", "look"]);
        (await NamesAsync("?type=commissioning")).Should().Equal(
            "00-maas-inventory", "30-maas-01-bmc-config", "firmware-facts", "lldp", "look");
        (await NamesAsync("?hardware_type=cpu")).Should().Equal("cpu-load", "burn-in");
        (await NamesAsync("?filters=look,slow")).Should().Equal("burn-in", "look");
        (await host.GetAsync(host.Bob, "scripts/?type=9")).Expect(400);

        (await host.PostAsync(host.Admin, "scripts/look?op=add_tag", ("tag", "nightly"))).Expect(200);
        (await NamesAsync("?filters=nightly")).Should().Equal("look");
        (await host.PostAsync(host.Admin, "scripts/look?op=remove_tag", ("tag", "nightly"))).Expect(200);
        (await NamesAsync("?filters=nightly")).Should().BeEmpty();

        async Task<IEnumerable<string?>> NamesAsync(string query) =>
            (await host.GetAsync(host.Bob, "scripts/" + query)).Expect(200).Json.EnumerateArray()
                .Select(each => each.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_built_in_script_is_read_only()
    {
        await using var host = await ApiHost.StartAsync();
        var script = (await host.GetAsync(host.Bob, "scripts/00-maas-inventory")).Expect(200).Json;
        (script.GetProperty("default").GetBoolean(), script.GetProperty("id").GetInt64(), script.GetProperty("timeout").GetString())
            .Should().Be((true, 1, "0:02:00"));
        (await host.GetAsync(host.Bob, "scripts/1?op=download")).Expect(200).Text.Should().StartWith("#!/bin/sh");
        (await host.PutAsync(host.Admin, "scripts/00-maas-inventory", ("title", "x"))).Expect(400).Json.GetProperty("title")[0].GetString()
            .Should().Be("Not allowed to change on default scripts.");
        (await host.DeleteAsync(host.Admin, "scripts/00-maas-inventory")).Expect(400).Text.Should().Be("Unable to delete default script");
        (await host.PostAsync(host.Admin, "scripts/", ("name", "00-maas-inventory"), ("script", "#!/bin/sh\n"))).Expect(400);
    }

    [Theory]
    [InlineData("name", "none", "name", "\"none\" is a reserved name.")]
    [InlineData("name", "12", "name", "Cannot be a number.")]
    [InlineData("name", "a b", "name", "Name 'a b' contains disallowed characters, e.g. space or quotes.")]
    [InlineData("script", "echo", "script", "Must start with shebang.")]
    [InlineData("type", "install", "script_type", "Script type must be commissioning, testing, release or deployment")]
    [InlineData("hardware_type", "9", "hardware_type", "Invalid hardware type numeric value.")]
    [InlineData("parallel", "often", "parallel", "Script parallel must be disabled, instance, or any.")]
    [InlineData("timeout", "soon", "timeout", "Enter a valid duration.")]
    [InlineData("destructive", "perhaps", "destructive", "Enter true or false.")]
    [InlineData("packages", "[", "packages", "Enter a valid JSON.")]
    [InlineData("script", "#!/bin/sh\n# --- Start MAAS 1.0 script metadata ---\n# name: other\n# --- End MAAS 1.0 script metadata ---\n",
        "name", "May not override values defined in embedded YAML.")]
    [InlineData("script", "#!/bin/sh\n# --- Start MAAS 1.0 script metadata ---\nname: other\n", "script", "Missing \"#\" on YAML line.")]
    public async Task A_wrong_script_is_refused_by_the_field_at_fault(string field, string value, string at, string reason)
    {
        await using var host = await ApiHost.StartAsync();
        List<(string Name, string Value)> fields = [("name", "x"), ("script", "#!/bin/sh\n")];
        fields.RemoveAll(each => each.Name == field);

        (await host.PostAsync(host.Admin, "scripts/", [.. fields, (field, value)])).Expect(400).Json.GetProperty(at)[0].GetString()
            .Should().Be(reason);
    }

    [Theory]
    [InlineData("# a: &x [1]\n# b: *x\n")]
    [InlineData("# a: [1\n")]
    [InlineData("# [[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]\n")]
    public void Metadata_that_is_hostile_is_an_error(string yaml)
    {
        ScriptMetadata.Read($"#!/bin/sh\n# --- Start MAAS 1.0 script metadata ---\n{yaml}", out var error).Should().BeEmpty();
        error.Should().StartWith("Invalid YAML");
    }

    [Theory]
    [InlineData("type: sometimes", "script_type", "Script type must be commissioning, testing, release or deployment")]
    [InlineData("title: [a]", "title", "Enter a text.")]
    [InlineData("for_hardware: floppy", "for_hardware", "Hardware identifier 'floppy' must be a modalias, PCI ID, USB ID, "
        + "system vendor, system product, system version, mainboard vendor, or mainboard product.")]
    [InlineData("parameters: [a]", "parameters", "Must be a dictionary")]
    [InlineData("parameters: {a: b}", "parameters", "a: parameter must be a dictionary")]
    [InlineData("parameters: {a: {min: 1}}", "parameters", "None: type must be a string")]
    [InlineData("parameters: {a: {type: colour}}", "parameters", "colour: type must be either storage, interface, url, or runtime")]
    [InlineData("parameters: {a: {type: runtime, min: x}}", "parameters", "x: min must be an integer")]
    [InlineData("parameters: {a: {type: runtime, min: 9, max: 8}}", "parameters", "min must be less than max")]
    [InlineData("parameters: {a: {type: runtime, default: soon}}", "parameters", "soon: the default of a runtime must be an integer")]
    [InlineData("parameters: {a: {type: storage, max: 8}}", "parameters", "Type doesn't support min or max")]
    [InlineData("parameters: {a: {type: storage, allow_list: true}}", "parameters", "allow_list only supported with the url type.")]
    [InlineData("parameters: {a: {type: url, required: 1}}", "parameters", "1: required must be a boolean")]
    [InlineData(
        "parameters: {a: {type: url, argument_format: --a}}", "parameters", "url: argument_format must contain {input}")]
    [InlineData(
        "parameters: {a: {type: storage, argument_format: '{mac}'}}", "parameters",
        "storage: argument_format must contain one of {input}, {name}, {path}, {model}, {serial}")]
    [InlineData(
        "parameters: {a: {type: storage, argument_format: '{path}{0}'}}", "parameters",
        "storage: argument_format contains a brace that is no field")]
    [InlineData("results: 7", "results", "results must be a list of strings or a dictionary of dictionaries.")]
    [InlineData("results: [[a]]", "results", "Each result in a result list must be a string.")]
    [InlineData("results: {a: b}", "results", "Each result in a result dictionary must be a dictionary.")]
    [InlineData("results: {a: {}}", "results", "title must be included in a result dictionary.")]
    public async Task A_wrong_value_in_the_metadata_is_an_error_of_its_field(string yaml, string field, string reason)
    {
        await using var host = await ApiHost.StartAsync();
        var script = $"#!/bin/sh\n# --- Start MAAS 1.0 script metadata ---\n# name: x\n# {yaml}\n# --- End MAAS 1.0 script metadata ---\n";

        (await host.PostAsync(host.Admin, "scripts/", ("script", script))).Expect(400).Json.GetProperty(field)[0].GetString()
            .Should().Be(reason);
    }

    [Fact]
    public async Task The_older_view_has_commissioning_scripts_alone()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "commissioning-scripts/", ("name", "25-look"), ("content", "#!/bin/sh\nlook\n"))).Expect(200).Json
            .GetProperty("content").GetBytesFromBase64().Should().Equal("#!/bin/sh\nlook\n"u8.ToArray());
        (await host.GetAsync(host.Admin, "commissioning-scripts/")).Expect(200).Text.Should().Be(
            """["00-maas-inventory","25-look","30-maas-01-bmc-config","firmware-facts","lldp"]""");
        (await host.GetAsync(host.Bob, "commissioning-scripts/")).Expect(403);
        (await host.PutAsync(host.Admin, "commissioning-scripts/25-look", ("content", "#!/bin/sh\nlook again\n"))).Expect(200);
        (await host.GetAsync(host.Admin, "commissioning-scripts/25-look")).Expect(200).Text.Should().Be("#!/bin/sh\nlook again\n");
        (await host.DeleteAsync(host.Admin, "commissioning-scripts/25-look")).Expect(204);
    }
}
