/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oomlog.c - make a log of a kind and size, the same each time, with OOM reports strewn in */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Markers: ^d a number, ^p a pid, ^x eight hexadecimal digits, ^i an address, ^u a user, ^s a
 * unit, ^c a container's id, ^m a MAC address, ^f a fraction of a second.
 */
static const char *const kernel_lines[] = {
	"IPv6: ADDRCONF(NETDEV_CHANGE): veth^x: link becomes ready",
	"docker0: port ^p(veth^x) entered forwarding state",
	"docker0: port ^p(veth^x) entered disabled state",
	"device veth^x left promiscuous mode",
	"[UFW BLOCK] IN=eth0 OUT= MAC=^m:^m:08:00 SRC=^i DST=^i LEN=40 TOS=0x00 PREC=0x00 TTL=242 "
	"ID=^d PROTO=TCP SPT=^d DPT=^d WINDOW=1024 RES=0x00 SYN URGP=0",
	"audit: type=1400 audit(1700000000.^f:^d): apparmor=\"DENIED\" operation=\"open\" "
	"profile=\"/usr/sbin/^s\" name=\"/proc/^p/stat\" pid=^p comm=\"^s\" requested_mask=\"r\"",
	"usb 1-1.^p: new high-speed USB device number ^p using xhci_hcd",
	"usb 1-1.^p: USB disconnect, device number ^p",
	"EXT4-fs (sda^p): mounted filesystem with ordered data mode. Quota mode: none.",
	"nfs: server ^i not responding, timed out",
	"TCP: request_sock_TCP: Possible SYN flooding on port ^p. Sending cookies.",
	"perf: interrupt took too long (^d > ^d), lowering kernel.perf_event_max_sample_rate",
	"^s[^p]: segfault at ^x ip 00007f^x sp 00007ffc^x error 4 in libc.so.6[7f^x+195000]",
	"e1000e 0000:00:1f.6 eno1: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx",
	"BTRFS info (device sdb^p): relocating block group ^d flags data",
	"md: md127: data-check done.",
	"INFO: task ^s:^p blocked for more than 120 seconds.",
	"CPU^p: Core temperature above threshold, cpu clock throttled (total events = ^d)",
};

static const char *const daemon_lines[] = {
	"sshd[^p]: Failed password for invalid user ^u from ^i port ^d ssh2",
	"sshd[^p]: Accepted publickey for ^u from ^i port ^d ssh2: ED25519 SHA256:^x^x^x^x^x",
	"sshd[^p]: pam_unix(sshd:session): session opened for user ^u(uid=^p) by (uid=0)",
	"sshd[^p]: Received disconnect from ^i port ^d:11: disconnected by user",
	"systemd[1]: Started ^s.service.",
	"systemd[1]: Starting ^s.service - the ^s daemon...",
	"systemd[1]: ^s.service: Main process exited, code=exited, status=1/FAILURE",
	"systemd[1]: ^s.service: Deactivated successfully.",
	"systemd[1]: ^s.service: Consumed ^p.^fs CPU time.",
	"systemd[1]: run-docker-runtime\\x2drunc-moby-^c-runc.^x.mount: Deactivated successfully.",
	"systemd-logind[^p]: New session ^d of user ^u.",
	"CRON[^p]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
	"CRON[^p]: pam_unix(cron:session): session closed for user ^u",
	"dhclient[^p]: DHCPREQUEST for ^i on eth0 to ^i port 67",
	"NetworkManager[^p]: <info>  [1700000000.^f] dhcp4 (eth0): state changed new lease, "
	"address=^i",
	"postfix/smtpd[^p]: connect from unknown[^i]",
	"postfix/qmgr[^p]: ^x^p: from=<^u@example.org>, size=^d, nrcpt=1 (queue active)",
	"dovecot: imap-login: Login: user=<^u>, method=PLAIN, rip=^i, lip=^i, mpid=^p, TLS",
	"kubelet[^p]: I1124 12:00:00.^f    ^p kubelet_volumes.go:160] \"Cleaned up orphaned pod "
	"volumes dir\" podUID=^x-^x path=\"/var/lib/kubelet/pods/^x-^x/volumes\"",
	"kubelet[^p]: E1124 12:00:00.^f    ^p pod_workers.go:951] \"Error syncing pod, skipping\" "
	"err=\"failed to \\\"StartContainer\\\" for \\\"^s\\\" with CrashLoopBackOff: "
	"\\\"back-off 5m0s restarting failed container=^s pod=^s-^x_default(^x-^x)\\\"\"",
	"containerd[^p]: time=\"2025-11-24T12:00:00.^fZ\" level=info msg=\"shim disconnected\" "
	"id=^c",
	"dockerd[^p]: time=\"2025-11-24T12:00:00.^fZ\" level=warning msg=\"Health check for "
	"container ^c error: context deadline exceeded\"",
	"named[^p]: client @0x7f^x ^i#^d (www.example.org): query (cache) 'www.example.org/A/IN' "
	"denied",
	"ntpd[^p]: receive: Unexpected origin timestamp ^x.^x does not match aorg 0000000000.0",
	"mysqld[^p]: 2025-11-24 12:00:00 ^d [Warning] Aborted connection ^d to db: '^s' user '^u'",
	"postgres[^p]: [^p-1] LOG:  checkpoint complete: wrote ^d buffers (0.3%); 0 WAL file(s) "
	"added",
	"rsyslogd: [origin software=\"rsyslogd\" swVersion=\"8.2302.0\" x-pid=\"^p\"] HUPed",
	"snmpd[^p]: Connection from UDP: [^i]:^d->[^i]:161",
	"smartd[^p]: Device: /dev/sda [SAT], SMART Usage Attribute: 194 Temperature_Celsius "
	"changed from 6^d to 6^d",
	"sudo:    ^u : TTY=pts/^p ; PWD=/home/^u ; USER=root ; COMMAND=/usr/bin/systemctl "
	"restart ^s",
	"haproxy[^p]: ^i:^d [24/Nov/2025:12:00:00.000] http-in ^s/^s^p 0/0/^p/^d/^d 200 ^d - - "
	"---- ^d/^d/^p/^p/0 0/0 \"GET /api/^s/^d HTTP/1.1\"",
	"app[^p]: the worker will process ^d of ^d items, the rest is still to be filled",
	"app[^p]: one of many requests failed: list of limits is out of date",
};

static const char *const boot_lines[] = {
	"Linux version 6.1.0-^p-amd64 (gcc-12 (Debian 12.2.0-14) 12.2.0) #1 SMP PREEMPT_DYNAMIC",
	"BIOS-e820: [mem 0x00000000^x-0x00000000^x] usable",
	"ACPI: SSDT 0x00000000^x 00^x (v02 INTEL  CpuSsdt  00003000 INTL 20160527)",
	"pci 0000:00:^p.0: [8086:^p] type 00 class 0x060000",
	"pci 0000:00:^p.0: reg 0x10: [mem 0x^x-0x^x 64bit]",
	"Memory: ^dK/^dK available (14342K kernel code, 2332K rwdata, 9060K rodata, 2796K init)",
	"Zone ranges:   DMA32    [mem 0x0000000001000000-0x00000000ffffffff]",
	"smpboot: CPU0: Intel(R) Core(TM) i7 CPU (family: 0x6, model: 0x8e, stepping: 0xc)",
	"NET: Registered PF_INET6 protocol family",
	"ata^p: SATA link up 6.0 Gbps (SStatus 133 SControl 300)",
	"systemd[1]: Set up automount Arbitrary Executable File Formats File System.",
	"process '/usr/bin/^s' started with executable stack",
	"Freeing unused kernel image (initmem) memory: ^dK",
	"cgroup: Disabled controller 'rdma'",
	"zswap: loaded using pool lzo/zbud",
	"input: Power Button as /devices/LNXSYSTM:00/LNXPWRBN:00/input/input^p",
};

static const char *const access_lines[] = {
	"^i - - [24/Nov/2025:12:00:00 +0000] \"GET /^s/^u/^d.html?page=^p HTTP/1.1\" 200 ^d \"-\" "
	"\"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0\"",
	"^i - ^u [24/Nov/2025:12:00:00 +0000] \"POST /api/^s/^d HTTP/2.0\" 201 ^d "
	"\"https://www.example.org/^s\" \"curl/7.88.1\"",
	"^i - - [24/Nov/2025:12:00:00 +0000] \"GET /static/img/mushroom-^d.png HTTP/1.1\" 304 0 "
	"\"https://www.example.org/zoom/^d\" \"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0)\"",
};

static const char *const users[] = { "root", "admin", "alice", "bob", "carol", "www-data", "git" };
static const char *const units[] = { "nginx", "cron", "postgres", "redis-server", "backup",
	"exim4", "grafana", "apt-daily", "logrotate", "fstrim", "mailroom", "node_exporter" };

static uint64_t state = 88172645463325252u;
static uint64_t now_us;

/* xorshift: the same everywhere. */
static unsigned any_below(unsigned limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 20) % limit);
}

static const char *any_of(const char *const *list, size_t count)
{
	return list[any_below((unsigned)count)];
}

static int print_marker(char marker)
{
	switch (marker) {
	case 'd': return printf("%u", any_below(1u << (4 + any_below(16))));
	case 'p': return printf("%u", 1 + any_below(32768));
	case 'x': return printf("%08x", any_below(UINT32_MAX));
	case 'i': return printf("198.51.%u.%u", any_below(256), any_below(256));
	case 'u': return printf("%s", any_of(users, ARRAY_SIZE(users)));
	case 's': return printf("%s", any_of(units, ARRAY_SIZE(units)));
	case 'c': return printf("%08x%08x%08x%08x", any_below(UINT32_MAX), any_below(UINT32_MAX),
				any_below(UINT32_MAX), any_below(UINT32_MAX));
	case 'm': return printf("%02x:%02x:%02x:%02x:%02x:%02x", any_below(256), any_below(256),
				any_below(256), any_below(256), any_below(256), any_below(256));
	case 'f': return printf("%06u", any_below(1000000));
	default: return printf("%c", marker);
	}
}

/* Returns how many bytes it took. */
static size_t print_line(const char *line)
{
	size_t bytes = 0;

	for (; *line; line++) {
		if (*line == '^')
			bytes += (size_t)print_marker(*++line);
		else
			bytes += putchar(*line) != EOF;
	}
	return bytes;
}

/* A line that comes up to WITHIN_US after the one before it. */
static size_t print_head(bool kernel, unsigned within_us)
{
	unsigned second, microsecond;

	now_us += any_below(within_us);
	second = (unsigned)(now_us / 1000000);
	microsecond = (unsigned)(now_us % 1000000);
	return (size_t)printf("Nov %2u %02u:%02u:%02u host %s", 1 + second / 86400 % 30,
			      second / 3600 % 24, second / 60 % 60, second % 60,
			      kernel ? "kernel: " : "") +
	       (kernel ? (size_t)printf("[%5u.%06u] ", second, microsecond) : 0);
}

static size_t make_syslog(void)
{
	bool kernel = any_below(2);
	size_t bytes = print_head(kernel, 250000);

	bytes += kernel ? print_line(any_of(kernel_lines, ARRAY_SIZE(kernel_lines)))
			: print_line(any_of(daemon_lines, ARRAY_SIZE(daemon_lines)));
	return bytes + (size_t)printf("\n");
}

static size_t make_boot(void)
{
	size_t bytes = (size_t)printf("[    %u.%06u] ", any_below(10), any_below(1000000));

	return bytes + print_line(any_of(boot_lines, ARRAY_SIZE(boot_lines))) +
	       (size_t)printf("\n");
}

/* With quotation marks inside escaped, as far as the markers do not make some. */
static size_t make_journal(void)
{
	size_t bytes = print_line("{\"__CURSOR\":\"s=^x^x;i=^x;b=^x^x^x^x;m=^x;t=^x^x;x=^x^x\","
		"\"__REALTIME_TIMESTAMP\":\"17000000^f00\",\"__MONOTONIC_TIMESTAMP\":\"^d\","
		"\"_BOOT_ID\":\"^x^x^x^x\",\"_MACHINE_ID\":\"^x^x^x^x\",\"_HOSTNAME\":\"host\","
		"\"PRIORITY\":\"6\",\"SYSLOG_FACILITY\":\"3\",\"_TRANSPORT\":\"syslog\","
		"\"_PID\":\"^p\",\"_UID\":\"0\",\"_COMM\":\"^s\","
		"\"_SYSTEMD_UNIT\":\"^s.service\",\"MESSAGE\":\"");
	const char *line = any_of(daemon_lines, ARRAY_SIZE(daemon_lines));

	for (; *line; line++) {
		if (*line == '"' || *line == '\\')
			bytes += putchar('\\') != EOF;
		if (*line == '^')
			bytes += (size_t)print_marker(*++line);
		else
			bytes += putchar(*line) != EOF;
	}
	return bytes + (size_t)printf("\"}\n");
}

static size_t make_access(void)
{
	return print_line(any_of(access_lines, ARRAY_SIZE(access_lines))) + (size_t)printf("\n");
}

static size_t make_binary(void)
{
	for (size_t i = 0; i < 4096; i++)
		putchar((int)any_below(256));
	return 4096;
}

/* The text of a line of a recording: raw /dev/kmsg or a console; NULL: no text. */
static const char *strview_of(const char *line)
{
	const char *at = line + strspn(line, "0123456789,");

	if (isdigit((unsigned char)*line) && strchr(at, ';'))
		return strchr(at, ';') + 1;
	if (*line == ' ' && isupper((unsigned char)line[1]) && strchr(line, '='))
		return NULL;
	at = line + strspn(line, "[ .0123456789");
	return *line == '[' && *at == ']' ? at + 1 + (at[1] == ' ') : line;
}

/* As rsyslog writes it: #012 for a newline in a record. */
static size_t format(const char *text)
{
	size_t bytes = print_head(true, 60);

	while (*text) {
		if (!strncmp(text, "\\x0a", 4)) {
			bytes += (size_t)printf("#012");
			text += 4;
		} else {
			bytes += putchar(*text++) != EOF;
		}
	}
	return bytes + (size_t)printf("\n");
}

static size_t print_report(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0, bytes = 0;
	ssize_t length;

	if (!file) {
		perror(path);
		exit(1);
	}
	while ((length = getline(&line, &room, file)) > 0) {
		const char *text;

		line[strcspn(line, "\r\n")] = '\0';
		text = strview_of(line);
		if (text)
			bytes += format(text);
	}
	free(line);
	fclose(file);
	return bytes;
}

static const struct {
	const char *name;
	size_t (*make)(void);
} kinds[] = {
	{ "syslog", make_syslog }, { "boot", make_boot }, { "journal", make_journal },
	{ "access", make_access }, { "binary", make_binary },
};

/* The reports, with syslog's prefix, at equal distances. */
static int make(size_t (*make_some)(void), size_t size, char **reports, size_t count)
{
	size_t bytes = 0, next = 0;

	while (bytes < size) {
		if (next < count && bytes >= size / (count + 1) * (next + 1))
			bytes += print_report(reports[next++]);
		bytes += make_some();
	}
	return fflush(stdout) || ferror(stdout);
}

int main(int argc, char **argv)
{
	if (argc >= 3)
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
			if (!strcmp(argv[1], kinds[i].name))
				return make(kinds[i].make, strtoull(argv[2], NULL, 0), argv + 3,
					    (size_t)argc - 3);
	fprintf(stderr, "usage: oomlog syslog|boot|journal|access|binary BYTES [REPORT]...\n");
	return 2;
}
