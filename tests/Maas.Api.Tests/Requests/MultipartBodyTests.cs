using System.Text;
using CsCheck;
using Maas.Api.Requests;

namespace Maas.Api.Tests.Requests;

/// <summary>Bodies as the clients send them, byte for byte.</summary>
public class MultipartBodyTests
{
    private const string PythonBoundary = "===============4191195046299244593==";

    private static readonly string[] Pieces =
        [
            "--b",
            "\r\n",
            "--",
            "\n",
            "Content-Disposition: form-data; name=\"a\"",
            "; filename=\"f\"",
            "Content-Transfer-Encoding: base64",
            ":",
            "\"",
            "QQ==",
            "\0"
        ];

    [Fact]
    public void Base64_parts_of_the_maas_command_are_decoded()
    {
        var form = Read(PythonBoundary, $"""
            --{PythonBoundary}
            Content-Transfer-Encoding: base64
            Content-Disposition: form-data; name="memory"
            MIME-Version: 1.0
            Content-Type: text/plain; charset="utf-8"

            MjA0OA==

            --{PythonBoundary}
            Content-Transfer-Encoding: base64
            Content-Disposition: form-data; name="content"; filename="tools.tgz"
            MIME-Version: 1.0
            Content-Type: application/octet-stream

            AAECAwQFBgcICQoLDA0ODw==

            --{PythonBoundary}--

            """);

        form["memory"].Should().Be("2048");
        form.Files.Should().ContainSingle().Which.Content.ToArray().Should().Equal(Enumerable.Range(0, 16).Select(i => (byte)i));
        form.Files[0].FileName.Should().Be("tools.tgz");
    }

    [Fact]
    public void Base64_may_be_wrapped_at_76_columns()
    {
        var bytes = new byte[300];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(i * 7);
        var wrapped = Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks);

        var form = Read(
            "B",
            "--B\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\nContent-Transfer-Encoding: BASE64\n\n" +
            $"{wrapped.ReplaceLineEndings("\n")}\n--B--");

        form.Files[0].Content.ToArray().Should().Equal(bytes);
    }

    [Fact]
    public void The_empty_body_libmaas_sends_with_each_DELETE_is_an_empty_form()
    {
        var body = Encoding.ASCII.GetBytes($"--{PythonBoundary}\r\n\r\n--{PythonBoundary}--");

        var form = ((FormParse.Read)MultipartBody.Parse(body, PythonBoundary)).Form;

        body.Should().HaveCount(82);
        form.Fields.Should().BeEmpty();
        form.Files.Should().BeEmpty();
    }

    [Fact]
    public void Plain_parts_of_2012_and_of_the_node_side_helper_are_read_with_op_among_them()
    {
        var form = Read("kXqPzWbTfLmRcVsNhGyJdAeUoIwBnMx", """
            --kXqPzWbTfLmRcVsNhGyJdAeUoIwBnMx
            Content-Disposition: form-data; name="op"

            signal
            --kXqPzWbTfLmRcVsNhGyJdAeUoIwBnMx
            Content-Disposition: form-data; name="status"

            WORKING
            --kXqPzWbTfLmRcVsNhGyJdAeUoIwBnMx
            Content-Disposition: form-data; name="lshw.out"; filename="lshw.out"
            Content-Type: application/octet-stream

            line one
            line two

            --kXqPzWbTfLmRcVsNhGyJdAeUoIwBnMx--

            """);

        form["op"].Should().Be("signal");
        form["status"].Should().Be("WORKING");
        Encoding.ASCII.GetString(form.Files[0].Content.Span).Should().Be("line one\r\nline two\r\n");
    }

    [Fact]
    public void Repeated_parts_keep_their_order_and_a_file_counts_as_text_of_its_name()
    {
        var form = Read("b", """
            --b
            Content-Disposition: form-data; name="tags"

            one
            --b
            Content-Disposition: form-data; name="tags"

            two
            --b
            Content-Disposition: form-data; name="user_data"; filename="x"

            I2Nsb3VkLWNvbmZpZw==
            --b--
            """);

        form.All("tags").Should().Equal("one", "two");
        form["tags"].Should().Be("two");
        form["user_data"].Should().Be("I2Nsb3VkLWNvbmZpZw==");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no boundary at all")]
    [InlineData("--b")]
    [InlineData("--b\r\n")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue")]
    [InlineData("--bx\r\n\r\n--b--")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\n$$$\r\n--b--")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: rot13\r\n\r\nuryyb\r\n--b--")]
    public void A_broken_body_is_malformed_and_never_an_exception(string body) =>
        MultipartBody.Parse(Encoding.ASCII.GetBytes(body), "b").Should().BeOfType<FormParse.Malformed>();

    [Fact]
    public void Too_many_parts_are_refused()
    {
        var body = string.Concat(Enumerable.Repeat("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n", 10_002)) + "--b--";

        MultipartBody.Parse(Encoding.ASCII.GetBytes(body), "b").Should().BeOfType<FormParse.Malformed>();
    }

    [Fact]
    public void No_byte_string_throws() =>
        Gen.OneOf(
                Gen.Byte.Array[0, 200],
                Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i])
                    .Array[0, 30].Select(parts => Encoding.Latin1.GetBytes(string.Concat(parts))))
            .Sample(body => { _ = MultipartBody.Parse(body, "b"); });

    [Fact]
    public void What_is_written_is_read_back() =>
        Gen.Byte.Array[0, 300].Array[0, 5].Sample(contents =>
        {
            using var body = new MemoryStream();
            foreach (var content in contents)
            {
                body.Write("--a=b'c\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n"u8);
                body.Write(content);
                body.Write("\r\n"u8);
            }

            body.Write("--a=b'c--\r\n"u8);
            var form = ((FormParse.Read)MultipartBody.Parse(body.ToArray(), "a=b'c")).Form;
            return form.Files.Count == contents.Length
                && form.Files.Zip(contents).All(pair => pair.First.Content.Span.SequenceEqual(pair.Second));
        });

    private static RequestForm Read(string boundary, string body) =>
        ((FormParse.Read)MultipartBody.Parse(Encoding.UTF8.GetBytes(body.ReplaceLineEndings("\r\n")), boundary)).Form;
}
