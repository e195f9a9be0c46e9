// Reads a savefile through libpcap and looks at nothing: what every reader pays at least.
#include <pcap/pcap.h>
#include <stdio.h>

static void nothing(u_char *context, const struct pcap_pkthdr *header, const u_char *bytes) {
    (void)context, (void)header, (void)bytes;
}

int main(int count, char **arguments) {
    char message[PCAP_ERRBUF_SIZE] = "usage: loop FILE";
    pcap_t *file = count == 2 ? pcap_open_offline(arguments[1], message) : NULL;
    if (!file || pcap_loop(file, -1, nothing, NULL) != 0) {
        fprintf(stderr, "loop: %s\n", file ? pcap_geterr(file) : message);
        return 1;
    }
    pcap_close(file);
}
