using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.FileTrees;

public sealed class FolderTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_directory_reads_as_what_is_in_it()
    {
        SampleTree.Make(_folder["tree"], 11);
        TreeListing.Of(new FolderTree(_folder["tree"])).Should().Equal(TreeListing.Of(_folder["tree"]));
    }

    [Fact]
    public async Task Owners_hard_links_pipes_and_attributes_are_those_of_the_system()
    {
        Judge.RequireRoot();
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir tree && echo x > tree/a && ln tree/a tree/b && mkfifo tree/pipe && mknod tree/dev c 5 1 && chown 12:34 tree/a && " +
            "ln -s /nowhere tree/link");
        await Judge.RunAsync(
            Judge.Require("setfattr", "attr"),
            ["-n", "user.note", "-v", "hello", _folder["tree/a"]],
            cancellationToken: TestContext.Current.CancellationToken);
        var tree = new FolderTree(_folder["tree"]);

        var (a, b) = (tree.Find("a")!, tree.Find("b")!);
        (a.UserId, a.GroupId, a.LinkCount, a.FileNumber).Should().Be((12u, 34u, 2, b.FileNumber));
        tree.Find("pipe")!.Kind.Should().Be(FileKind.Pipe);
        tree.Find("dev")!.Device.Should().Be(new DeviceNumber(5, 1));
        tree.Find("link")!.LinkTarget.Should().Be("/nowhere");
        tree.ExtendedAttributes(a)["user.note"].ToArray().Should().Equal("hello"u8.ToArray());
        tree.ExtendedAttributes(tree.Find("link")!).Should().BeEmpty();
        tree.Find("nothing").Should().BeNull();
    }
}
