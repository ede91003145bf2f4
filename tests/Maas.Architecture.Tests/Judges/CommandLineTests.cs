using Maas.Judges;

namespace Maas.Architecture.Tests.Judges;

/// <summary>What the gate reads out of command lines before it lets them run.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("qemu-img create image 5M", "qemu-img")]
    [InlineData("cd '/tmp/a b' && seq 9 | mcopy -i image - ::/text", "seq mcopy")]
    [InlineData("truncate -s 1M a; mkfs.fat a || exit 1\nfsck.fat -n a &", "truncate mkfs.fat fsck.fat")]
    [InlineData("(cd in && find . | cpio -o) | gzip >initrd 2>&1", "find cpio gzip")]
    [InlineData("test $(stat -c %s out) = 5 && echo `tail -c 1 out`", "stat test tail")]
    [InlineData("cmp -n \"$(stat -c \"%s\" initrd)\" initrd more", "stat cmp")]
    [InlineData("for w in one two; do printf $w | xz -c; done > packed", "xz")]
    [InlineData("if grep -q x f; then sort f; elif uniq f; then :; else wc f; fi", "grep sort uniq wc")]
    [InlineData("while read line; do cut -c1 f; done < <(sort f)", "cut sort")]
    [InlineData("case $1 in a | b) sort f;; *) uniq f;; esac; wc f", "sort uniq wc")]
    [InlineData("case $1 in a) sort f;; b) uniq f\nesac", "sort uniq")]
    [InlineData("f() { sort \"$1\"; }; f one", "sort")]
    [InlineData("LC_ALL=C A='x y' sort f 2>/dev/null >out <in", "sort")]
    [InlineData("x=$(sort f); y=$((1 + $(wc -l < f))); echo ${z:-$(uniq \"}\")}", "sort wc uniq")]
    [InlineData("! sort f && { uniq f; }", "sort uniq")]
    [InlineData("[[ a < b && -n $(sort f) ]] && uniq f", "sort uniq")]
    [InlineData("cat <<EOF && sort f\ntext | uniq; $(wc f)\nEOF\ncut f", "cat wc sort cut")]
    [InlineData("cat <<'EOF'\ntext $(wc f) ' \"\nEOF\ncut f", "cat cut")]
    [InlineData("cat <<-'EOF' | sort\n\ttext\n\tEOF\ncut f", "cat sort cut")]
    [InlineData("sort f # | uniq\nwc f", "sort wc")]
    [InlineData("echo 'a | uniq' \"b; wc\" c\\;d", "")]
    [InlineData("seq 9 | xargs -d '\\n' -n 1 touch", "seq xargs touch")]
    [InlineData("find . -name '*.c' -exec sort {} + -o -execdir wc {} ';'", "find sort wc")]
    [InlineData("env -i -u X PATH=/bin Y=z nice -n 5 timeout -s KILL 5 sort f", "env nice timeout sort")]
    [InlineData("sh -ec 'sort f | uniq' x; bash -c \"wc $x\"", "sh sort uniq bash wc")]
    [InlineData("exec setsid sort f; command -v uniq; command wc f", "setsid sort wc")]
    [InlineData("ip netns exec one dnsmasq -d; ip -n one link", "ip dnsmasq ip")]
    [InlineData("unshare -rn nsenter --net=/run/netns/one -t 1 sort", "unshare nsenter sort")]
    [InlineData("/usr/sbin/sfdisk --verify image && ./mine | ../theirs", "/usr/sbin/sfdisk ./mine ../theirs")]
    [InlineData("sort f \\\n | uniq", "sort uniq")]
    public void Every_program_of_a_shell_script_is_found(string script, string expected) =>
        string.Join(' ', CommandLine.ProgramsOf(script)).Should().Be(expected);

    [Fact]
    public void The_script_among_the_arguments_of_a_shell_is_read() =>
        CommandLine.ProgramsOf(["/bin/sh", "-c", "cd /tmp && mksquashfs a b | tail -1"]).Should().Equal("/bin/sh", "mksquashfs", "tail");

    [Fact]
    public void A_shell_without_a_script_among_its_arguments_is_one_program() =>
        CommandLine.ProgramsOf(["busybox", "sh", "-n", "/some/file"]).Concat(CommandLine.ProgramsOf(["bash", "-n", "/some/file"]))
            .Should().Equal("busybox", "bash");

    [Theory]
    [InlineData("$packer -c f", "*'? -c f'*write its name*")]
    [InlineData("echo 'a", "*a missing '*")]
    [InlineData("echo $(sort f", "*a missing ')'*")]
    [InlineData("sort f)", "*an unexpected ')'*")]
    [InlineData("echo \"a", "*a missing \"*")]
    [InlineData("case x in a) sort", "*a missing ')' or 'esac'*")]
    public void A_script_whose_programs_cannot_be_known_is_refused(string script, string words)
    {
        var read = () => CommandLine.ProgramsOf(script).ToList();

        read.Should().Throw<FormatException>().WithMessage(words);
    }
}
