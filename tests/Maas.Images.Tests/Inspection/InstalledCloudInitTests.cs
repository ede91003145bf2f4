using Maas.Images.Inspection;
using static Maas.Images.Tests.Inspection.SampleImages;

namespace Maas.Images.Tests.Inspection;

public sealed class InstalledCloudInitTests
{
    [Theory]
    [InlineData("datasource_list: [ NoCloud, ConfigDrive, None ]\n", "NoCloud,ConfigDrive,None")]
    [InlineData("# x\ndatasource_list: ['MAAS', \"None\"] # only these\n", "MAAS,None")]
    [InlineData("datasource_list: [ NoCloud,\n  MAAS ]\nother: [ X ]\n", "NoCloud,MAAS")]
    [InlineData("a: b\ndatasource_list:\n  - MAAS\n  - None\nc: d\n", "MAAS,None")]
    [InlineData("datasource_list:\n- MAAS\n", "MAAS")]
    [InlineData("datasource_list: []\n", "")]
    [InlineData("datasource_list: [ unfinished", "unfinished")]
    [InlineData("datasource:\n  MAAS: {}\n", null)]
    public void A_list_of_datasources_is_read_as_it_is_written(string yaml, string? expected)
    {
        var list = InstalledCloudInit.DatasourcesIn(yaml);
        (list is null ? null : string.Join(',', list)).Should().Be(expected);
    }

    [Fact]
    public async Task The_last_word_on_datasources_counts()
    {
        using var image = await IsoAsync(
            ("usr/bin/cloud-init", Text("#!/usr/bin/python3\n")),
            ("usr/lib/python3/dist-packages/cloudinit/version.py", Text("# comment\n__VERSION__ = \"23.4.1\"\n")),
            ("etc/cloud/cloud.cfg", Text("datasource_list: [ Azure ]\n")),
            ("etc/cloud/cloud.cfg.d/90_dpkg.cfg", Text("datasource_list: [ NoCloud, MAAS ]\n")),
            ("etc/cloud/cloud.cfg.d/05_logging.cfg", Text("datasource_list: [ Ec2 ]\n")),
            ("etc/cloud/cloud.cfg.d/99_readme.txt", Text("datasource_list: [ None ]\n")));

        var found = InstalledCloudInit.Find(image.OpenTree())!;

        found.Version.Should().Be("23.4.1");
        found.Datasources.Should().Equal("NoCloud", "MAAS");
        found.IsDisabled.Should().BeFalse();
    }

    [Fact]
    public async Task An_image_without_it_has_none()
    {
        using var image = await IsoAsync(("etc/os-release", Text("ID=debian\n")));
        InstalledCloudInit.Find(image.OpenTree()).Should().BeNull();
    }
}
