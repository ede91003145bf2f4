namespace Maas.Images.Tests.Ephemeral;

/// <summary>An image whose connection breaks, in the agent's own shell. Whole machines are in <see cref="DeploymentTests"/>.</summary>
public sealed class ImageTransferTests : IDisposable
{
    // A server whose answers are in the files answers/1, answers/2 and so on; without one it does not answer.
    private const string Server =
        """
        TOKEN_SECRET= IMAGE_URL=http://server/image IMAGE_SIZE=10
        end_when_stalled() { exec /bin/sleep 20; }
        sleep() { echo "pause $1" >&2; }
        set_clock() { :; }
        nc() {
            number=$(($(cat $RUN/asked 2>/dev/null || echo 0) + 1))
            echo $number >$RUN/asked
            while IFS= read -r line && [ "$line" != "$CR" ]; do
                case $line in Range:*) echo "asked ${line%"$CR"}" >&3 ;; esac
            done
            cat $RUN/../answers/$number 2>/dev/null
        }
        exec 3>$RUN/ranges
        image >$RUN/image 2>$RUN/told
        echo "ended $?"
        cat $RUN/ranges $RUN/told
        echo "asked $(cat $RUN/asked) times"
        echo "image $(cat $RUN/image)"
        image_fault "no fault of the image's"

        """;

    private readonly AgentShell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task A_transfer_is_taken_up_where_it_broke_after_growing_pauses()
    {
        Answer(1, "200 OK", "", "01234");
        Answer(4, "503 Service Unavailable", "", "");
        Answer(5, "206 Partial Content", "Content-Range: bytes 5-9/10", "567");
        Answer(6, "206 Partial Content", "Content-Range: bytes 8-9/10", "89");

        (await _shell.RunAsync(Server)).Output.Should().Be(
            """
            ended 0
            asked Range: bytes=5-
            asked Range: bytes=5-
            asked Range: bytes=5-
            asked Range: bytes=5-
            asked Range: bytes=8-
            say step=the image broke off at 0 of 0 MiB
            pause 1
            say step=the image broke off at 0 of 0 MiB
            pause 2
            say step=the image broke off at 0 of 0 MiB
            pause 4
            say step=the image broke off at 0 of 0 MiB
            pause 8
            say step=the image broke off at 0 of 0 MiB
            pause 1
            asked 6 times
            image 0123456789
            no fault of the image's

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_any_more_is_given_up_after_twelve_tries_with_the_reason()
    {
        Answer(1, "200 OK", "", "01234");

        (await _shell.RunAsync(Server)).Output.Should().StartWith("ended 1\n").And.EndWith(
            "pause 16\nasked 12 times\nimage 01234\nthe image broke off after 5 of 10 bytes; the server does not answer\n");
    }

    [Theory]
    [InlineData("404 Not Found", 2)]
    [InlineData("401 Unauthorized", 3)] // its clock is taken over once
    public async Task A_server_that_refuses_is_not_asked_again(string status, int asked)
    {
        Answer(1, "200 OK", "", "01234");
        for (var number = 2; number < 5; number++) Answer(number, status, "", "no");

        (await _shell.RunAsync(Server)).Output.Should().StartWith("ended 1\n").And.EndWith(
            $"asked {asked} times\nimage 01234\nthe image broke off after 5 of 10 bytes; the server answered {status[..3]}\n");
    }

    [Fact]
    public async Task An_answer_from_the_beginning_is_not_written_behind_what_came()
    {
        Answer(1, "200 OK", "", "01234");
        for (var number = 2; number < 20; number++) Answer(number, "200 OK", "", "0123456789");

        (await _shell.RunAsync(Server)).Output.Should().Contain("image 01234\n").And.EndWith(
            "the image broke off after 5 of 10 bytes; the server answered 200\n");
    }

    private void Answer(int number, string status, string field, string body) => _shell.Write(
        $"answers/{number}",
        System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{(field.Length == 0 ? "" : field + "\r\n")}\r\n{body}"));
}
